import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { committedDashboard, dashboardQueries, interpolate } from '../support/dashboard-queries.ts';
import { eventually } from '../support/eventually.ts';
import { type LiveCluster, startLiveCluster } from '../support/live-cluster.ts';
import { type Prometheus, type Series, startPrometheus } from '../support/prometheus.ts';

const SCRAPE_SECONDS = 1;

/** Long enough for some scrapes while it trains, short enough for a test: 4 trials of a few seconds. */
const STUDY = `
study: observed
title: A sweep to look at
seeds: 2
parameters:
  network: vgg8
  dataset: fashion-mnist
  trainImages: 4000
  testImages: 500
  trainEpochs: 3
  batchSize: 64
  trainScale: 32
  testScale: 32
  learningRate: 0.02
factors:
  config: [A, A-LRN]
`;

const { dashboard } = committedDashboard();
const queries = dashboardQueries(dashboard);

let cluster: LiveCluster;
let prometheus: Prometheus;
const start = Math.floor(Date.now() / 1000);

/** A panel over the time since the test began, as Grafana asks for it now. */
function ask(expr: string): Promise<Series[]> {
  const end = Math.ceil(Date.now() / 1000);
  const range = { rangeSeconds: end - start, scrapeSeconds: SCRAPE_SECONDS };
  return prometheus.queryRange(interpolate(expr, dashboard, range), { start, end, stepSeconds: SCRAPE_SECONDS });
}

const last = async (expr: string): Promise<number | undefined> => (await ask(expr))[0]?.values.at(-1);

beforeAll(async () => {
  cluster = await startLiveCluster({ workers: 1 });
  prometheus = await startPrometheus(cluster.http, SCRAPE_SECONDS);
  // The calls are for the gRPC panels.
  await cluster.run(STUDY, () => cluster.client.getStatus());
});

afterAll(async () => {
  await prometheus?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

describe('Prometheus, scraping a live cluster with deploy/prometheus', () => {
  it('reaches the coordinator', async () => {
    const targets = await prometheus.targets();
    expect(targets).toEqual([expect.objectContaining({ health: 'up', lastError: '' })]);
  });

  it.each(queries)('has data for $panel', async ({ panel, expr }) => {
    const series = await eventually(`data for ${panel}: ${expr}`, async () => {
      const found = await ask(expr);
      return found.some(({ values }) => values.length > 0) ? found : undefined;
    });
    expect(series).not.toEqual([]);
  });

  it('evaluates every rule without an error, and no alert fires', async () => {
    const rules = await eventually('all rules to be evaluated', async () => {
      const found = await prometheus.rules();
      return found.every(({ health }) => health !== 'unknown') ? found : undefined;
    });
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
    expect(rules.filter(({ state }) => state === 'firing')).toEqual([]);
  });

  it('tells the truth about the sweep that ran', async () => {
    const results = await eventually('the last scrape to see 4 results', async () => {
      const seen = await last('sum(tickwork_results)');
      return seen === 4 ? seen : undefined;
    });
    expect(results).toBe(4);
    expect(await last('sum(tickwork_leases_granted_total)')).toBe(4);
    expect(await last('sum(tickwork_leases_expired_total)')).toBe(0);
    expect(await last('sum(tickwork_results_quarantined)')).toBe(0);
    expect(await last('count(tickwork_trial_duration_seconds_count == 4)')).toBe(1);
    // While it trained, it was seen to train.
    for (const metric of ['images_per_second', 'slot_use_ratio']) {
      const [series] = await ask(`sum(tickwork_worker_${metric})`);
      expect(Math.max(...(series?.values ?? [])), metric).toBeGreaterThan(0);
    }
    // Conservation: whatever was delivered has been settled, one way or the other.
    expect(await last('sum(tickwork_records_received_total) - sum(tickwork_records_settled_total)')).toBe(0);
    // A result and three reports for each trial.
    expect(await last('sum(tickwork_records_settled_total{disposition="committed"})')).toBe(4 * (1 + 3));
  });
});
