import type { Query } from './panel.ts';

/** Matcher of the dashboard variable that chooses coordinators, by scrape address. */
export const COORDINATOR = 'instance=~"$coordinator"';
/** The same, and of the variable that chooses workers. */
export const WORKER = `${COORDINATOR},worker=~"$worker"`;

export const sumBy = (label: string, metric: string): string => `sum by (${label}) (${metric}{${COORDINATOR}})`;
export const rateBy = (label: string, metric: string): string =>
  `sum by (${label}) (rate(${metric}{${COORDINATOR}}[$__rate_interval]))`;
export const rate = (metric: string): string => `sum(rate(${metric}{${COORDINATOR}}[$__rate_interval]))`;

/** One query for each quantile (0 to 1) of a histogram, named p50, p99 and so on. */
export function quantiles(histogram: string, ...qs: readonly number[]): Query[] {
  return qs.map((q) => ({
    expr: `histogram_quantile(${q}, sum by (le) (rate(${histogram}_bucket{${COORDINATOR}}[$__rate_interval])))`,
    legend: `p${q * 100}`,
  }));
}
