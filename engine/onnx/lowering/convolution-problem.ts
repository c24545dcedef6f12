import type { SlidingWindow } from '../../graph/operation.ts';
import type { Shape } from '../../step.ts';

/** The sizes that decide how a convolution and its two gradients are computed. */
export interface ConvolutionProblem {
  readonly batch: number;
  readonly channels: number;
  readonly filters: number;
  /** Height and width of the input map. */
  readonly input: readonly [number, number];
  /** Height and width of the output map. */
  readonly output: readonly [number, number];
  readonly window: SlidingWindow;
}

/** @param x NHWC @param y NHWC */
export function convolutionProblem(x: Shape, y: Shape, window: SlidingWindow): ConvolutionProblem {
  const [batch = 1, height = 1, width = 1, channels = 1] = x;
  const [, rows = 1, columns = 1, filters = 1] = y;
  return { batch, channels, filters, input: [height, width], output: [rows, columns], window };
}

/** Stride 1 and no dilation: every tap is a shift by whole pixels. */
export function isDense({ strides, dilations }: SlidingWindow): boolean {
  return [...strides, ...dilations].every((step) => step === 1);
}

/** Rows and columns of the taps, in the order of a filter's first two axes. */
export function tapsOf({ filter }: SlidingWindow): readonly (readonly [number, number])[] {
  return Array.from(
    { length: filter[0] * filter[1] },
    (_, tap) => [Math.floor(tap / filter[1]), tap % filter[1]] as const,
  );
}

/** The padding of the convolution of dy that gives the input's gradient, for a dense window. */
export function turnedPadding({ filter, padding }: SlidingWindow): SlidingWindow['padding'] {
  const [top, bottom, left, right] = padding;
  const [height, width] = filter;
  return [height - 1 - top, height - 1 - bottom, width - 1 - left, width - 1 - right];
}

/** Whether the input's gradient is a convolution of dy: a dense window whose turned padding takes nothing away. */
export function isTurnable({ window }: Pick<ConvolutionProblem, 'window'>): boolean {
  return isDense(window) && turnedPadding(window).every((pixels) => pixels >= 0);
}

/** The convolution of dy with the turned filter, which gives the input's gradient: input and output change places. */
export function turnedProblem(problem: ConvolutionProblem): ConvolutionProblem {
  const { channels, filters, input, output, window } = problem;
  return {
    ...problem,
    channels: filters,
    filters: channels,
    input: output,
    output: input,
    window: { ...window, padding: turnedPadding(window) },
  };
}
