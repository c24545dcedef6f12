import type { SlidingWindow } from '../../graph/operation.ts';
import type { Shape } from '../../step.ts';
import type { LoweringContext } from './context.ts';

/**
 * Max-pool of windows that tile the map, as a knock-out tournament: the columns of a window first, then its rows, each
 * against the best so far. Who was not larger lost, so among equals the first wins, as in TensorFlow; each comparison is
 * kept, and the gradient walks back along them. ONNX Runtime's own pool with positions takes two to three times as long:
 * it branches on data that nobody can predict.
 */
export interface Tournament {
  /** [batch, rows, columns, channels] */
  readonly pooled: string;
  /** 1 where the best so far was kept, 0 where the next column or row won, in the order of the comparisons. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
}

/** Whether each pixel belongs to one window at most, and none to a border. */
export function isTiled({ filter, strides, dilations, padding }: SlidingWindow): boolean {
  const [height, width] = filter;
  return (
    height === strides[0] &&
    width === strides[1] &&
    height * width > 1 &&
    [...dilations].every((step) => step === 1) &&
    padding.every((pixels) => pixels === 0)
  );
}

/** @param x NHWC @param output of the pool, NHWC */
export function playTournament(
  x: string,
  input: Shape,
  output: Shape,
  { filter: [height, width] }: SlidingWindow,
  { model }: LoweringContext,
): Tournament {
  const [batch = 1, rows = 1, columns = 1, channels = 1] = output;
  const covered = [rows * height, columns * width];
  const whole = covered[0] === input[1] && covered[1] === input[2];
  const cropped = whole
    ? x
    : model.operator('Slice', [x, model.integers([0, 0]), model.integers(covered), model.integers([1, 2])]);
  const tiles = model.operator('Reshape', [cropped, model.integers([batch * rows, height, columns, width, channels])]);
  const across = knockOut(tiles, 3, width, model);
  const down = knockOut(across.best, 1, height, model);
  return {
    pooled: model.operator('Reshape', [down.best, model.integers(output)]),
    columns: across.kept,
    rows: down.kept,
  };
}

/** @param dy NHWC @returns the gradient of x, NHWC */
export function walkBack(
  dy: string,
  input: Shape,
  output: Shape,
  tournament: Tournament,
  { filter: [height, width] }: SlidingWindow,
  { model }: LoweringContext,
): string {
  const [batch = 1, rows = 1, columns = 1, channels = 1] = output;
  const winners = model.operator('Reshape', [dy, model.integers([batch * rows, 1, columns, 1, channels])]);
  const down = handBack(winners, 1, tournament.rows, model);
  const across = handBack(down, 3, tournament.columns, model);
  const [, tall = 1, wide = 1] = input;
  const covered = [batch, rows * height, columns * width, channels];
  const map = model.operator('Reshape', [across, model.integers(covered)]);
  const [below, beside] = [tall - rows * height, wide - columns * width];
  if (below === 0 && beside === 0) return map;
  return model.operator('Pad', [map, model.integers([0, 0, 0, 0, 0, below, beside, 0])]);
}

type Model = LoweringContext['model'];

function knockOut(
  tiles: string,
  axis: number,
  count: number,
  model: Model,
): { readonly best: string; readonly kept: readonly string[] } {
  if (count === 1) return { best: tiles, kept: [] };
  const [first, ...others] = model.operatorWithOutputs('Split', [tiles], count, {
    attributes: { axis: BigInt(axis), num_outputs: BigInt(count) },
  });
  let best = first as string;
  const kept: string[] = [];
  for (const other of others) {
    // Numbers and not booleans: multiplying is faster than choosing.
    const keeps = model.operator('GreaterOrEqual', [best, other]);
    kept.push(model.operator('Cast', [keeps], { attributes: { to: FLOAT } }));
    best = model.operator('Max', [best, other]);
  }
  return { best, kept };
}

const FLOAT = 1n;

function handBack(winners: string, axis: number, kept: readonly string[], model: Model): string {
  if (kept.length === 0) return winners;
  let rest = winners;
  const parts: string[] = [];
  for (const keeps of [...kept].reverse()) {
    const stays = model.operator('Mul', [rest, keeps]);
    parts.unshift(model.operator('Sub', [rest, stays]));
    rest = stays;
  }
  return model.operator('Concat', [rest, ...parts], { attributes: { axis: BigInt(axis) } });
}
