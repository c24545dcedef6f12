import type { Distribution } from './distribution.ts';

/**
 * Coarse-to-fine search: draw in a box, keep the best few, draw again in a smaller box around them, with more work for each draw
 * (CS231n notes on hyperparameter search, "from coarse to fine"; random draws after Bergstra & Bengio, JMLR 13, 2012).
 *
 * The next box of a distribution spans the kept values, widened at both ends by half the spacing of the draws (the width of the
 * box over their number), on the distribution's own scale, and cut off at the box of the first stage.
 */
export interface RefinedBox {
  readonly distribution: Distribution;
  /** The best value lies within half a spacing of an end of its box: what lies beyond may be better. */
  readonly bestAtEdge: boolean;
}

/**
 * @param first box of the first stage. @param box from which the values were drawn, `draws` of them.
 * @param kept values of the kept configurations, the best first; at least one.
 */
export function refineBox(first: Distribution, box: Distribution, draws: number, kept: readonly number[]): RefinedBox {
  const log = box.scale === 'log-uniform';
  const to = (value: number): number => (log ? Math.log(value) : value);
  const from = (at: number): number => (log ? Math.exp(at) : at);
  const half = (to(box.high) - to(box.low)) / draws / 2;
  const places = kept.map(to);
  const low = from(Math.max(to(first.low), Math.min(...places) - half));
  const high = from(Math.min(to(first.high), Math.max(...places) + half));
  const best = places[0] as number;
  return {
    distribution: { ...box, ...rounded(first, low, high) },
    bestAtEdge: best - to(box.low) <= half || to(box.high) - best <= half,
  };
}

/** Ends that the distribution can have, no further in than asked. */
function rounded(first: Distribution, low: number, high: number): { readonly low: number; readonly high: number } {
  if (first.integer) return { low: Math.max(first.low, Math.floor(low)), high: Math.min(first.high, Math.ceil(high)) };
  const { quantum } = first;
  if (quantum !== undefined) {
    const on = (steps: number): number => Number((first.low + steps * quantum).toPrecision(12));
    return {
      low: on(Math.floor((low - first.low) / quantum + 1e-9)),
      high: Math.min(first.high, on(Math.ceil((high - first.low) / quantum - 1e-9))),
    };
  }
  const short = (value: number): number => Math.min(first.high, Math.max(first.low, Number(value.toPrecision(6))));
  return { low: short(low), high: short(high) };
}
