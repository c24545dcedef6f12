import { describe, expect, test } from 'vitest';
import type { TrialParameters } from '../../../core/study/trial-parameters.ts';
import type { CompiledStep, Executor, HostTensor, Step } from '../../../engine/mod.ts';
import { checkGradients, checkStep, createOnnxExecutor, requireAgreement } from '../../../engine/mod.ts';
import { GOLDEN_NETWORK, goldenRun, goldenStep } from '../../../engine/probe/golden-step.ts';
import { velocityOf, weightShapes } from '../../../engine/probe/small-network.ts';
import { verifyExecutor } from '../../../engine/probe/verify.ts';
import { trainTrial } from '../../../worker/training/trainer.ts';
import { paintedDataset } from '../../support/image-sets.ts';
import { recorder, SHORT_TRIAL } from '../../support/trials.ts';
import { createUniform } from './agreement.ts';

/** Changes what a run of a step left in the state, or what it tells. */
type Fault = (step: Step, name: string, value: HostTensor, before: HostTensor) => HostTensor;

const changed = ({ shape, data }: HostTensor, by: (value: number, index: number) => number): HostTensor => ({
  shape,
  data: Float32Array.from(data, by),
});

/** Scales the gradient of one weight: v' = v + (v' − v)·1.02. */
const twoPercent =
  (weight: string): Fault =>
  (_, name, value, before) =>
    name === weight || name === velocityOf(weight)
      ? changed(value, (after, i) => (before.data[i] ?? 0) + 1.02 * (after - (before.data[i] ?? 0)))
      : value;

/** ONNX Runtime, but for a fault in what its training steps leave behind. */
function faulty(fault: Fault): Executor {
  const onnx = createOnnxExecutor({ threads: 1 });
  const broken = async (step: Step): Promise<CompiledStep> => {
    const compiled = await onnx.compile(step);
    return {
      dispose: compiled.dispose,
      async run(state, inputs) {
        const before = Object.fromEntries(
          await Promise.all(state.names.map(async (name) => [name, await state.read(name)] as const)),
        );
        const metrics = await compiled.run(state, inputs);
        for (const name of state.names) {
          const value = await state.read(name);
          const wrong = fault(step, name, value, before[name] as HostTensor);
          if (wrong !== value) overrides.set(state, { ...overrides.get(state), [name]: wrong });
        }
        return Object.fromEntries(
          Object.entries(metrics).map(([name, value]) => [name, fault(step, name, value, value)]),
        );
      },
    };
  };
  const overrides = new Map<object, Readonly<Record<string, HostTensor>>>();
  return {
    ...onnx,
    compile: broken,
    createState(values) {
      const state = onnx.createState(values);
      const read = state.read;
      return Object.assign(state, {
        read: async (name: string) => overrides.get(state)?.[name] ?? (await read(name)),
      });
    },
  };
}

const run = goldenRun();

describe('a step that is compared with the oracle', () => {
  test('passes where it is right, to rounding', async () => {
    const executor = createOnnxExecutor({ threads: 1 });
    const check = await checkStep(executor, goldenStep(), run);
    expect(check.passed).toBe(true);
    expect(check.outputs.map(({ output }) => output)).toContain('state dense/kernel/velocity');
    expect(Math.max(...check.outputs.map(({ relativeError }) => relativeError))).toBeLessThan(1e-5);
    await executor.dispose();
  });

  test('fails by the name of what is wrong, though the update is small beside the weight', async () => {
    const executor = faulty(twoPercent('conv1/kernel'));
    const check = await checkStep(executor, goldenStep(), run);
    expect(check.outputs.filter(({ passed }) => !passed).map(({ output }) => output)).toEqual(
      ['state conv1/kernel/velocity', 'state conv1/kernel'].toSorted(
        (a, b) => check.outputs.findIndex((o) => o.output === a) - check.outputs.findIndex((o) => o.output === b),
      ),
    );
    expect(() => requireAgreement(check, executor)).toThrow(
      expect.objectContaining({
        code: 'EXECUTOR_WRONG',
        message: expect.stringMatching(/'probe' on onnx .*state conv1\/kernel/),
      }),
    );
    await executor.dispose();
  });

  test('a value that is no number is wrong', async () => {
    const executor = faulty((_, name, value) => (name === 'loss' ? changed(value, () => Number.NaN) : value));
    const { outputs } = await checkStep(executor, goldenStep(), run);
    expect(outputs.find(({ output }) => output === 'metric loss')?.relativeError).toBe(Number.POSITIVE_INFINITY);
    await executor.dispose();
  });

  test('the probe finds the same fault with its stored gradients', async () => {
    const executor = faulty(twoPercent('dense/kernel'));
    await expect(verifyExecutor(executor)).rejects.toMatchObject({
      code: 'EXECUTOR_WRONG',
      message: expect.stringMatching(/dense\/kernel .*Do not train with it/),
    });
    await executor.dispose();
  });
});

describe('gradients that are compared with the slope of the loss', () => {
  const check = async (executor: Executor) => {
    const plain = { ...run, inputs: { ...run.inputs, scalars: { learningRate: 1, momentum: 0 } } };
    const checks = await checkGradients(executor, goldenStep(), plain, {
      loss: 'loss',
      weights: Object.keys(weightShapes(GOLDEN_NETWORK)),
      gradientOf: (before, after) => Float32Array.from(before.data, (value, i) => value - (after.data[i] ?? 0)),
      coordinates: 5,
      random: createUniform(3),
    });
    await executor.dispose();
    return checks.filter(({ passed }) => !passed).map(({ weight }) => weight);
  };

  test('agree where the executor is right', async () => {
    expect(await check(createOnnxExecutor({ threads: 1 }))).toEqual([]);
  });

  test('do not where the backward pass is wrong, which the forward pass tells', async () => {
    const doubled: Fault = (_, name, value, before) =>
      name === 'conv1/bias' ? changed(value, (after, i) => 2 * after - (before.data[i] ?? 0)) : value;
    expect(await check(faulty(doubled))).toEqual(['conv1/bias']);
  });
});

describe('the first batch of a trial', () => {
  const train = async (executor: Executor, changes: Partial<TrialParameters> = {}) => {
    const outcome = await trainTrial(
      { parameters: { ...SHORT_TRIAL, trainEpochs: 1, ...changes }, seed: 1 },
      {
        ...recorder(),
        executor,
        datasets: paintedDataset(100, 30),
        signal: new AbortController().signal,
        now: () => 0,
        checkFirstBatch: true,
      },
    );
    await executor.dispose();
    return outcome;
  };
  const onnx = () => createOnnxExecutor({ threads: 1 });

  test('is let through where the executor is right: whole, in parts, with Adam, with held filters', async () => {
    for (const changes of [
      { batchSize: 4 },
      {},
      { optimiser: 'adam' as const },
      { filterRadius: 0.1 },
      { loss: 'ranking-hinge' as const },
    ]) {
      const outcome = await train(onnx(), changes);
      expect(outcome, JSON.stringify({ changes, outcome })).toMatchObject({ status: 'succeeded' });
    }
  });

  test('ends the trial where it is not', async () => {
    const outcome = await train(faulty(twoPercent('conv2_1/kernel')));
    expect(outcome).toMatchObject({
      status: 'failed',
      kind: 'infrastructure',
      message: expect.stringMatching(/agree with TensorFlow\.js's cpu kernels.*conv2_1\/kernel/),
    });
  });

  test('finds a fault that only the whole batch has', async () => {
    const atFullBatch: Fault = (step, ...rest) =>
      step.signature.batch['images']?.shape[0] === 16 ? twoPercent('conv2_1/kernel')(step, ...rest) : rest[1];
    const outcome = await train(faulty(atFullBatch));
    expect(outcome).toMatchObject({ kind: 'infrastructure', message: expect.stringMatching(/batch 16.*conv2_1/) });
  });
});
