import type { Layout } from '../layout.ts';
import type { LoweredValue, LoweringContext } from '../lowering/context.ts';
import type { ConvolutionProblem } from '../lowering/convolution-problem.ts';

/** The three products of a convolution. */
export const CONVOLUTION_KINDS = ['forward', 'input-gradient', 'filter-gradient'] as const;
export type ConvolutionKind = (typeof CONVOLUTION_KINDS)[number];

/** A value of the ONNX graph and how it lies in memory. */
export interface Emitted {
  readonly name: string;
  readonly layout: Layout;
}

/**
 * One way of computing one product of a convolution. All ways of a kind give the same numbers but for the order of
 * their sums, so which one runs is a matter of speed (and of bits: see `ExecutorOptions.deterministic`).
 */
export interface Formulation {
  /** Unique within its kind; kept in the cache of timings. */
  readonly name: string;
  /** Of the maps that it takes and gives: NCHW or NHWC. */
  readonly maps: Layout;
  /** Whether it is right for this problem; whether it is fast is for the clock to say. */
  applies(problem: ConvolutionProblem): boolean;
  /** @param operands those of the step graph's node: x, filter, bias?; or dy, filter; or x, dy */
  emit(operands: readonly LoweredValue[], problem: ConvolutionProblem, context: LoweringContext): Emitted;
}

export type Formulations = Readonly<Record<ConvolutionKind, readonly Formulation[]>>;

/** Decides for each convolution of a step how it is computed. */
export type FormulationChoice = (kind: ConvolutionKind, problem: ConvolutionProblem) => Formulation;

/** What a timing of a problem is filed under. */
export function problemKey({ batch, channels, filters, input, output, window }: ConvolutionProblem): string {
  const { filter, strides, dilations, padding } = window;
  const parts = [[batch], [channels, filters], input, output, filter, strides, dilations, padding];
  return parts.map((part) => part.join('x')).join(' ');
}
