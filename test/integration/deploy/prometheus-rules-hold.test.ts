import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { METRIC_DEFINITIONS } from '../../../coordinator/metrics/definitions.ts';

const folder = fileURLToPath(new URL('../../../deploy/prometheus/', import.meta.url));
const promtool = (...args: string[]) => promisify(execFile)('promtool', args, { cwd: folder, timeout: 30_000 });

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: { readonly summary?: string; readonly action?: string };
}

const { groups } = parse(readFileSync(`${folder}rules.yml`, 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

describe('deploy/prometheus', () => {
  it('has a configuration and rules that promtool accepts', async () => {
    for (const config of ['prometheus.yml', 'standby.yml'])
      expect((await promtool('check', 'config', config)).stdout).toMatch(/SUCCESS: 1 rule files found/);
    expect((await promtool('check', 'rules', 'rules.yml')).stdout).toMatch(
      new RegExp(`SUCCESS: ${rules.length} rules found`),
    );
  });

  it('has alerts that fire when they should and are silent when they should not', async () => {
    expect((await promtool('test', 'rules', 'rules.test.yml')).stdout).toMatch(/SUCCESS/);
  });

  it('shows every alert firing in rules.test.yml, and says with each what to do', () => {
    const tests = parse(readFileSync(`${folder}rules.test.yml`, 'utf8')) as {
      tests: { alert_rule_test?: { alertname: string; exp_alerts: unknown[] }[] }[];
    };
    const fired = tests.tests
      .flatMap((test) => test.alert_rule_test ?? [])
      .filter((test) => test.exp_alerts.length > 0);
    const alerts = rules.filter((rule) => rule.alert !== undefined);
    expect(new Set(fired.map((test) => test.alertname))).toEqual(new Set(alerts.map((rule) => rule.alert)));
    for (const { alert, annotations } of alerts) {
      expect(annotations?.summary, alert).toMatch(/\.$/);
      expect(annotations?.action, alert).toMatch(/\.$/);
    }
  });

  it('uses only metrics that the coordinator defines or the rules record', () => {
    const known = new Set(Object.keys(METRIC_DEFINITIONS));
    const recorded = new Set(rules.map((rule) => rule.record));
    for (const { expr, alert, record } of rules) {
      for (const [name] of expr.matchAll(/[a-z_:]*tickwork_[a-z0-9_:]+/g)) {
        expect(
          known.has(name) || known.has(name.replace(/_bucket$/, '')) || recorded.has(name),
          `${alert ?? record}: ${name}`,
        ).toBe(true);
      }
    }
  });
});
