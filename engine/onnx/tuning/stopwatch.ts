import { encodeModel } from '../encode-model.ts';
import type { ConvolutionKind, Formulation } from '../formulations/formulation.ts';
import type { Layout } from '../layout.ts';
import { HWIO, physicalShape } from '../layout.ts';
import type { OnnxRuntime, RuntimeTensor } from '../library/runtime.ts';
import type { LoweredValue } from '../lowering/context.ts';
import { createLoweringContext } from '../lowering/context.ts';
import type { ConvolutionProblem } from '../lowering/convolution-problem.ts';
import { createModelBuilder } from '../model-builder.ts';
import type { Provider } from '../provider.ts';
import { openSession } from '../session.ts';

/** Sets one formulation up to be run again and again. */
export interface Stopwatch {
  /** @returns the milliseconds of one run. */
  time(): Promise<number>;
  close(): Promise<void>;
}

export interface StopwatchOptions {
  readonly runtime: OnnxRuntime;
  readonly threads: number;
  readonly provider: Provider;
  /** Milliseconds since any moment. */
  readonly now: () => number;
}

/** The maps lie as the formulation wants them, the filter as state does: what a layout costs is the neighbours' affair. */
export async function openStopwatch(
  kind: ConvolutionKind,
  problem: ConvolutionProblem,
  formulation: Formulation,
  { runtime, threads, provider, now }: StopwatchOptions,
): Promise<Stopwatch> {
  const model = createModelBuilder('timing');
  const graph = { name: 'timing', nodes: [], outputs: { state: {}, metrics: {} } };
  const context = createLoweringContext(graph, model, () => formulation);
  const declare = (name: string, shape: readonly number[], layout: Layout): LoweredValue => {
    model.input({ name, type: 'float32', shape: physicalShape(shape, layout) });
    return { name, shape, dtype: 'float32', layout };
  };
  const { batch, channels, filters, input, output, window } = problem;
  const filterShape = [...window.filter, channels, filters];
  const x = [batch, ...input, channels];
  const y = [batch, ...output, filters];
  const [a, b, c] = {
    forward: [x, filterShape, y] as const,
    'input-gradient': [y, filterShape, x] as const,
    'filter-gradient': [x, y, filterShape] as const,
  }[kind];
  const operands = [
    declare('a', a, formulation.maps),
    declare('b', b, kind === 'filter-gradient' ? formulation.maps : HWIO),
  ];
  const emitted = { shape: c, dtype: 'float32' as const, ...formulation.emit(operands, problem, context) };
  const wanted = kind === 'filter-gradient' ? HWIO : formulation.maps;
  const result = { name: 'result', type: 'float32' as const, shape: physicalShape(c, wanted) };
  model.output(result, context.inLayout(emitted, wanted));
  const session = await openSession(
    runtime,
    `timing of ${kind} ${formulation.name}`,
    encodeModel(model.build()),
    threads,
    provider,
  );
  const sample = (shape: readonly number[], { layout }: LoweredValue): RuntimeTensor =>
    runtime.tensor(someNumbers(count(shape)), physicalShape(shape, layout));
  const feeds = { a: sample(a, operands[0] as LoweredValue), b: sample(b, operands[1] as LoweredValue) };
  const fetches = { result: runtime.tensor(new Float32Array(count(c)), result.shape) };
  return {
    async time() {
      const start = now();
      await session.run(feeds, fetches);
      return now() - start;
    },
    async close() {
      await session.release();
      for (const tensor of Object.values({ ...feeds, ...fetches })) tensor.release();
    },
  };
}

/** Any numbers do, but zeros and denormal ones might be faster or slower than others. */
function someNumbers(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => ((index * 37) % 101) / 101 - 0.5);
}

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
