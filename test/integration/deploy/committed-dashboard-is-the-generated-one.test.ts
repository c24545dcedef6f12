import { describe, expect, it } from 'vitest';
import { METRIC_DEFINITIONS, type MetricDefinition } from '../../../coordinator/metrics/definitions.ts';
import { tickworkDashboardJson } from '../../../deploy/grafana/dashboard.ts';
import { committedDashboard, dashboardQueries } from '../../support/dashboard-queries.ts';

const { text, dashboard } = committedDashboard();
const queries = dashboardQueries(dashboard);
const definitions: Readonly<Record<string, MetricDefinition>> = METRIC_DEFINITIONS;

/** What prom-client says of any Node process, under our prefix. */
const PROCESS_METRIC = /^tickwork_(process|nodejs)_/;

/** Name of the definition behind a sample: a histogram's samples end in _bucket, _sum or _count. */
function definitionOf(sample: string): MetricDefinition | undefined {
  return definitions[sample] ?? definitions[sample.replace(/_(bucket|sum|count)$/, '')];
}

describe('deploy/grafana/dashboards/tickwork.json', () => {
  it('is what deploy/grafana/build.ts generates', () => {
    expect(text, 'run npx tsc -p . && node dist/deploy/grafana/build.js').toBe(tickworkDashboardJson());
  });

  it('asks only for metrics and labels that the coordinator defines', () => {
    for (const { panel, expr } of queries) {
      const samples = [...expr.matchAll(/\b(tickwork_\w+)(?:\{([^}]*)\})?/g)];
      expect(samples, panel).not.toEqual([]);
      for (const [, name = '', matchers = ''] of samples) {
        if (PROCESS_METRIC.test(name)) continue;
        const definition = definitionOf(name);
        expect(definition, `${panel}: ${name}`).toBeDefined();
        const labels = [...matchers.matchAll(/(\w+)\s*=~?"/g)].map(([, label]) => label);
        expect(['instance', ...(definition?.labels ?? [])], `${panel}: ${name}`).toEqual(
          expect.arrayContaining(labels),
        );
      }
    }
  });

  it('shows every metric that the coordinator defines', () => {
    const shown = queries.map(({ expr }) => expr).join('\n');
    expect(
      Object.keys(METRIC_DEFINITIONS).filter((name) => !new RegExp(`\\b${name}(_bucket)?\\b`).test(shown)),
    ).toEqual([]);
  });

  it('gives every panel a title, a description, an id and a place of its own', () => {
    const { panels } = JSON.parse(text) as {
      panels: { id: number; title: string; type: string; description?: string; gridPos: object }[];
    };
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ gridPos }) => JSON.stringify(gridPos))).size).toBe(panels.length);
    for (const { title, type, description } of panels) if (type !== 'row') expect(description, title).toMatch(/\.$/);
  });
});
