import type { CurveGroup } from './curves.ts';

/** What a chart of learning curves shows. */
export interface CurveChartProps {
  readonly groups: readonly CurveGroup[];
  /** All seeds of the sweep, shown or not: a seed keeps its line style. */
  readonly seeds: readonly string[];
  /** Of the metric. */
  readonly title: string;
  readonly highlighted: string | undefined;
}
