import { integers } from '../model-builder.ts';
import type { LoweringContext } from './context.ts';
import type { ConvolutionProblem } from './convolution-problem.ts';
import { isDense, tapsOf, turnedProblem } from './convolution-problem.ts';

/** Pixels of a map that is folded whatever its channels: a convolution kernel's matrices would have that few columns. */
const TINY_MAP = 64;
/** Pixels of a map that is folded where the filter is small. */
const SMALL_MAP = 256;
const SMALL_FILTER = 64 * 64;
/** Fewer channels make columns that are copied in too short pieces. */
const ENOUGH_CHANNELS = 16;

/**
 * Whether the batch is folded into one matrix product. A convolution kernel multiplies image by image, and on a 3×3
 * map its matrices have nine columns; the folded product has one row for each pixel of the batch, and the filter's
 * gradient uses the same columns. The price is memory, nine copies of x until the gradient is done, and copying, which
 * many pixels or channels make dearer than the kernel's waste. The limits are measured ones (`npm run bench -- engine`).
 */
export function isFolded({ channels, filters, output, window }: ConvolutionProblem): boolean {
  const pixels = output[0] * output[1];
  const small = pixels <= TINY_MAP || (pixels <= SMALL_MAP && channels * filters <= SMALL_FILTER);
  return small && isDense(window) && Math.min(channels, filters) >= ENOUGH_CHANNELS;
}

/** @returns the NHWC output, before any activation. `x` is NHWC, `filter` HWIO. */
export function foldedConvolution(
  [x, filter, bias]: readonly string[],
  problem: ConvolutionProblem,
  context: LoweringContext,
): string {
  const { model } = context;
  const { batch, channels, filters, output, window } = problem;
  const matrix = columns(x as string, problem, context);
  const taps = window.filter[0] * window.filter[1];
  const weights = model.operator('Reshape', [filter as string, model.integers([taps * channels, filters])]);
  const rows = model.operator('Gemm', [matrix, weights, ...(bias === undefined ? [] : [bias])]);
  return model.operator('Reshape', [rows, model.integers([batch, ...output, filters])]);
}

/** @returns the filter's gradient, HWIO. `x` and `dy` are NHWC. */
export function foldedFilterGradient(
  x: string,
  dy: string,
  problem: ConvolutionProblem,
  context: LoweringContext,
): string {
  const { model } = context;
  const { batch, channels, filters, output, window } = problem;
  const rows = model.operator('Reshape', [dy, model.integers([batch * output[0] * output[1], filters])]);
  const product = model.operator('Gemm', [columns(x, problem, context), rows], { attributes: { transA: 1n } });
  return model.operator('Reshape', [product, model.integers([...window.filter, channels, filters])]);
}

/**
 * The same product the other way round, so that the small matrix is the one to be transposed. Which of the two is faster
 * depends on their sizes.
 * @returns the filter's gradient, OHWI. `x` and `dy` are NHWC.
 */
export function swappedFilterGradient(
  x: string,
  dy: string,
  problem: ConvolutionProblem,
  context: LoweringContext,
): string {
  const { model } = context;
  const { batch, channels, filters, output, window } = problem;
  const rows = model.operator('Reshape', [dy, model.integers([batch * output[0] * output[1], filters])]);
  const product = model.operator('Gemm', [rows, columns(x, problem, context)], { attributes: { transA: 1n } });
  return model.operator('Reshape', [product, model.integers([filters, ...window.filter, channels])]);
}

/** @returns the input's gradient, NHWC: the convolution of dy with the filter turned by 180 degrees. */
export function foldedInputGradient(
  dy: string,
  filter: string,
  problem: ConvolutionProblem,
  context: LoweringContext,
): string {
  const { model } = context;
  const { channels, filters, window } = problem;
  const taps = window.filter[0] * window.filter[1];
  const matrices = model.operator('Reshape', [filter, model.integers([taps, channels, filters])]);
  const transposed = model.operator('Transpose', [matrices], { attributes: { perm: integers([0, 2, 1]) } });
  // The taps keep their order; the columns of dy are laid out in the opposite one.
  const weights = model.operator('Reshape', [transposed, model.integers([taps * filters, channels])]);
  const turned = turnedProblem(problem);
  const rows = model.operator('Gemm', [columns(dy, turned, context, true), weights]);
  return model.operator('Reshape', [rows, model.integers([problem.batch, ...problem.input, channels])]);
}

/**
 * One row for each output pixel of the batch, holding the taps' channels: [batch * pixels, taps * channels]. A single
 * Gather of pixels, where those outside the map point at a row of zeros behind the last one.
 */
function columns(x: string, problem: ConvolutionProblem, context: LoweringContext, reversed = false): string {
  const { model, shared } = context;
  const { batch, channels, input, output, window } = problem;
  const taps = window.filter[0] * window.filter[1];
  const rows = batch * output[0] * output[1];
  return shared(`folded columns ${x} ${JSON.stringify(window)} ${reversed}`, () => {
    const pixels = model.operator('Reshape', [x, model.integers([batch * input[0] * input[1], channels])]);
    const bordered = model.operator('Pad', [pixels, model.integers([0, 0, 1, 0])]);
    const sizes = [batch, ...input, ...output].join();
    const sources = shared(`pixels ${sizes} ${JSON.stringify(window)} ${reversed}`, () => {
      const indices = sourcePixels(problem, reversed);
      return model.tensor('int32', [rows * taps], new Uint8Array(indices.buffer));
    });
    const gathered = model.operator('Gather', [bordered, sources], { attributes: { axis: 0n } });
    return model.operator('Reshape', [gathered, model.integers([rows, taps * channels])]);
  });
}

/** For each output pixel and tap, the input pixel under it, or the one behind the last where there is none. */
function sourcePixels({ batch, input, output, window }: ConvolutionProblem, reversed: boolean): Int32Array {
  const [height, width] = input;
  const [top, , left] = window.padding;
  const taps = reversed ? [...tapsOf(window)].reverse() : tapsOf(window);
  const indices = new Int32Array(batch * output[0] * output[1] * taps.length);
  let position = 0;
  for (let image = 0; image < batch; image++) {
    for (let i = 0; i < output[0]; i++) {
      for (let j = 0; j < output[1]; j++) {
        for (const [down, across] of taps) {
          const row = i + down - top;
          const column = j + across - left;
          const inside = row >= 0 && row < height && column >= 0 && column < width;
          indices[position++] = inside ? (image * height + row) * width + column : batch * height * width;
        }
      }
    }
  }
  return indices;
}
