import type { SlidingWindow } from '../../graph/operation.ts';
import type { Layout } from '../layout.ts';
import { HWIO, IOHW } from '../layout.ts';
import type { ModelBuilder } from '../model-builder.ts';
import { integers } from '../model-builder.ts';
import type { LoweringContext } from './context.ts';
import type { ConvolutionProblem } from './convolution-problem.ts';
import { isDense, tapsOf } from './convolution-problem.ts';

/** `x` and `dy` are names of NCHW values. */
export interface FilterGradient extends ConvolutionProblem {
  readonly x: string;
  readonly dy: string;
}

interface Formulated {
  readonly name: string;
  readonly layout: Layout;
}

export type FilterGradientForm = 'flat-shifts' | 'batched-columns' | 'convolution';

/**
 * Which of three equal formulations runs fastest, by what was measured with ONNX Runtime's CPU kernels: few channels
 * want long columns, a small map with many channels wants one convolution, the rest one product for each tap.
 */
export function chooseFormulation({ channels, input, window }: ConvolutionProblem): FilterGradientForm {
  if (!isDense(window) || (channels >= 512 && input[0] <= 4)) return 'convolution';
  return channels <= 8 ? 'batched-columns' : 'flat-shifts';
}

const FORMULATIONS: Readonly<
  Record<FilterGradientForm, (problem: FilterGradient, context: LoweringContext) => Formulated>
> = {
  'flat-shifts': flatShifts,
  'batched-columns': batchedColumns,
  convolution,
};

/** Emits the gradient of a convolution's filter, [height, width, channels, filters] in some layout. */
export function filterGradient(
  problem: FilterGradient,
  context: LoweringContext,
  formulation: FilterGradientForm,
): Formulated {
  return FORMULATIONS[formulation](problem, context);
}

/**
 * Pads every image of x and lays all of them end to end, one row a channel. Over such rows a tap of the filter is a
 * constant shift, so its gradient is one product of a slice of x with dy laid out in the same grid.
 */
function flatShifts(
  { x, dy, batch, channels, filters, input, output, window }: FilterGradient,
  context: LoweringContext,
): Formulated {
  const { model } = context;
  const [top, bottom, left, right] = window.padding;
  const height = input[0] + top + bottom;
  const width = input[1] + left + right;
  const grid = batch * height * width;
  const length = grid - (window.filter[0] - 1) * width - (window.filter[1] - 1);
  const rows = context.shared(`rows ${x} ${window.padding.join()}`, () => {
    const padded = padMap(model, channelsFirst(model, x), window.padding);
    return model.operator('Reshape', [padded, model.integers([channels, grid])]);
  });
  const spread = padMap(model, channelsFirst(model, dy), [0, height - output[0], 0, width - output[1]]);
  const gradient = slice(model, model.operator('Reshape', [spread, model.integers([filters, grid])]), 0, length);
  const taps = tapsOf(window).map(([i, j]) => {
    const shifted = slice(model, rows, i * width + j, length);
    return model.operator('Gemm', [shifted, gradient], { attributes: { transB: 1n } });
  });
  const stacked = model.operator('Concat', taps, { attributes: { axis: 0n } });
  const name = model.operator('Reshape', [stacked, model.integers([...window.filter, channels, filters])]);
  return { name, layout: HWIO };
}

/** For each image, the product of its columns (a row for each tap and channel) with dy, summed over the images. */
function batchedColumns(
  { x, dy, batch, channels, filters, output, window }: FilterGradient,
  { model }: LoweringContext,
): Formulated {
  const pixels = output[0] * output[1];
  const taps = tapsOf(window);
  const padded = padMap(model, x, window.padding);
  const [vertical, horizontal] = window.strides;
  const shifted = taps.map(([i, j]) => {
    const from = [i * window.dilations[0], j * window.dilations[1]] as const;
    const to = [from[0] + (output[0] - 1) * vertical + 1, from[1] + (output[1] - 1) * horizontal + 1];
    const parts = [from, to, [2, 3], window.strides].map((list) => model.integers(list));
    return model.operator('Slice', [padded, ...parts]);
  });
  const stacked = model.operator('Concat', shifted, { attributes: { axis: 1n } });
  const columns = model.operator('Reshape', [stacked, model.integers([batch, taps.length * channels, pixels])]);
  const gradient = model.operator('Reshape', [dy, model.integers([batch, filters, pixels])]);
  // The long matrix stays on the left, where it is read as it lies; on the right it would be transposed first.
  const products = model.operator('FusedMatMul', [columns, gradient], {
    domain: 'com.microsoft',
    attributes: { transB: 1n },
  });
  const sum = model.operator('ReduceSum', [products, model.integers([0])], { attributes: { keepdims: 0n } });
  return {
    name: model.operator('Reshape', [sum, model.integers([...window.filter, channels, filters])]),
    layout: HWIO,
  };
}

/** One convolution in which images are channels, channels are images, and dy is the filter. */
function convolution({ x, dy, channels, filters, window }: FilterGradient, { model }: LoweringContext): Formulated {
  const [top, bottom, left, right] = window.padding;
  const attributes = {
    pads: integers([top, left, bottom, right]),
    strides: integers(window.dilations),
    dilations: integers(window.strides),
  };
  const full = model.operator('Conv', [channelsFirst(model, x), channelsFirst(model, dy)], { attributes });
  // A stride that does not divide leaves rows that belong to no tap.
  const parts = [[0, 0], window.filter, [2, 3]].map((list) => model.integers(list));
  const taps = model.operator('Slice', [full, ...parts]);
  const name = model.operator('Reshape', [taps, model.integers([channels, filters, ...window.filter])]);
  return { name, layout: IOHW };
}

/** NCHW to CNHW. */
function channelsFirst(model: ModelBuilder, name: string): string {
  return model.operator('Transpose', [name], { attributes: { perm: integers([1, 0, 2, 3]) } });
}

function padMap(model: ModelBuilder, name: string, [top, bottom, left, right]: SlidingWindow['padding']): string {
  if (top + bottom + left + right === 0) return name;
  return model.operator('Pad', [name, model.integers([0, 0, top, left, 0, 0, bottom, right])]);
}

/** `length` columns of a matrix. */
function slice(model: ModelBuilder, name: string, from: number, length: number): string {
  const parts = [[from], [from + length], [1]].map((list) => model.integers(list));
  return model.operator('Slice', [name, ...parts]);
}
