import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeAt } from '../../../engine/graph/graph.ts';
import type { HostTensor } from '../../../engine/mod.ts';
import { createOnnxExecutor, simplifyGraph, traceStep } from '../../../engine/mod.ts';
import { encodeModel } from '../../../engine/onnx/encode-model.ts';
import { convolutionFormulations } from '../../../engine/onnx/formulations/convolution-formulations.ts';
import { createFixedChoice } from '../../../engine/onnx/formulations/fixed-table.ts';
import type { FormulationChoice } from '../../../engine/onnx/formulations/formulation.ts';
import { CONVOLUTION_KINDS } from '../../../engine/onnx/formulations/formulation.ts';
import { openRuntime } from '../../../engine/onnx/library/open-runtime.ts';
import { lowerGraph, valueName } from '../../../engine/onnx/lower.ts';
import { openSession } from '../../../engine/onnx/session.ts';
import { blockSize } from '../../../engine/onnx/tuning/block-size.ts';
import { elementCount } from '../../../engine/shape.ts';
import type { Run } from './agreement.ts';
import { createUniform, functionStep, randomTensor, relativeDifference, runInFloat64, runOn } from './agreement.ts';

const runtime = openRuntime('cpu');

/** Forward, both gradients. */
function convolutionRun(
  [batch, side, channels, filters]: readonly [number, number, number, number],
  [size, stride]: readonly [number, number],
  pad: 'same' | 'valid',
  seed: number,
): Run {
  const uniform = createUniform(seed);
  const x = randomTensor([batch, side, side + 1, channels], uniform);
  const w = randomTensor([size, size, channels, filters], uniform);
  const { outShape } = tf.backend_util.computeConv2DInfo(
    [batch, side, side + 1, channels],
    [size, size, channels, filters],
    stride,
    1,
    pad,
  );
  return functionStep('convolution', { x, w, weight: randomTensor(outShape, uniform) }, (given) => {
    const layer = (maps: tf.Tensor, kernel: tf.Tensor): tf.Tensor =>
      tf.conv2d(maps as Tensor4D, kernel as Tensor4D, stride, pad);
    const [dx, dw] = tf.grads((a: tf.Tensor, b: tf.Tensor) => tf.mul(layer(a, b), given.weight as tf.Tensor))([
      given.x as tf.Tensor,
      given.w as tf.Tensor,
    ]);
    return { y: layer(given.x as tf.Tensor, given.w as tf.Tensor), dx: dx as tf.Tensor, dw: dw as tf.Tensor };
  });
}

/** Results of a step whose convolutions are computed as told. */
async function runWith(run: Run, choice: FormulationChoice): Promise<Record<string, HostTensor>> {
  const graph = simplifyGraph(traceStep(run.step));
  const model = encodeModel(lowerGraph(graph, choice));
  const session = await openSession(runtime, 'formulation', model, 1, { device: 'cpu', precision: 'float32' });
  try {
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => {
        const { data, shape } = run.inputs.batch[name.slice('batch/'.length)] as HostTensor;
        return [name, runtime.tensor(data, shape)];
      }),
    );
    const results = Object.fromEntries(
      Object.entries(graph.outputs.metrics).map(([name, index]) => {
        const { shape } = nodeAt(graph.nodes, index);
        return [name, runtime.tensor(new Float32Array(elementCount(shape)), shape)];
      }),
    );
    await session.run(
      feeds,
      Object.fromEntries(Object.entries(results).map(([name, tensor]) => [valueName('metrics', name), tensor])),
    );
    return results;
  } finally {
    await session.release();
  }
}

const shape = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 3, max: 9 }),
  fc.constantFrom(1, 3, 8, 16, 32),
  fc.constantFrom(4, 8, 16, 20, 32),
);
const window = fc.constantFrom([1, 1], [3, 1], [3, 1], [2, 1], [3, 2], [2, 3]) as fc.Arbitrary<
  readonly [number, number]
>;

test('every formulation of every product agrees with float64', async () => {
  const formulations = convolutionFormulations(await blockSize(runtime));
  const fixed = createFixedChoice();
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(shape, window, fc.constantFrom('same' as const, 'valid' as const), fc.nat(), async (...drawn) => {
      const run = convolutionRun(...drawn);
      const reference = runInFloat64(run);
      for (const kind of CONVOLUTION_KINDS) {
        for (const formulation of formulations[kind]) {
          let used = false;
          const results = await runWith(run, (wanted, problem) => {
            if (wanted !== kind || !formulation.applies(problem)) return fixed(wanted, problem);
            used = true;
            return formulation;
          });
          if (!used) continue;
          seen.add(`${kind} ${formulation.name}`);
          for (const [name, value] of Object.entries(reference)) {
            const difference = relativeDifference(results[name], value);
            expect(difference, `${kind} ${formulation.name}: ${name}`).toBeLessThanOrEqual(1e-5);
          }
        }
      }
    }),
    {
      numRuns: 15,
      seed: 5,
      examples: [[[2, 4, 16, 16], [3, 1], 'same', 1]],
    },
  );
  const all = CONVOLUTION_KINDS.flatMap((kind) => formulations[kind].map(({ name }) => `${kind} ${name}`));
  const blocked = await blockSize(runtime);
  // 16 channels and filters are a multiple of every block there is.
  expect([...seen].sort()).toEqual(all.filter((name) => blocked > 1 || !name.includes('blocked')).sort());
}, 30_000);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tickwork-formulations-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (deterministic: boolean) => createOnnxExecutor({ threads: 1, deterministic, cacheFolder: folder });
const small = (): Run => convolutionRun([2, 5, 3, 8], [3, 1], 'same', 1);

test('what was timed is remembered, and a damaged file is measured and written again', async () => {
  const first = await runOn(open(false), small());
  const [name = ''] = await readdir(folder);
  const path = join(folder, name);
  const text = await readFile(path, 'utf8');
  expect(Object.keys((JSON.parse(text) as { choices: object }).choices)).toHaveLength(1);
  expect(await runOn(open(false), small())).toEqual(first);
  expect(await readFile(path, 'utf8')).toBe(text);
  for (const damaged of ['', '{"choices": {"a": 3}}', text.slice(0, -20)]) {
    await writeFile(path, damaged);
    await runOn(open(false), small());
    expect(Object.keys((JSON.parse(await readFile(path, 'utf8')) as { choices: object }).choices)).toHaveLength(1);
  }
  expect(await readdir(folder)).toEqual([name]);
});

test('a deterministic executor asks no clock, writes no file and gives the same bits', async () => {
  const executor = createOnnxExecutor({ threads: 1, deterministic: true, cacheFolder: folder }, () => {
    throw new Error('Expected no clock to be read.');
  });
  expect(executor.describe().deterministic).toBe(true);
  const first = await runOn(executor, small());
  expect(await runOn(open(true), small())).toEqual(first);
  expect(await readdir(folder)).toEqual([]);
  expect(open(false).describe().deterministic).toBe(false);
});

test('a folder that cannot be written to costs the memory, not the step', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const executor = createOnnxExecutor({ threads: 1, deterministic: false, cacheFolder: join(file, 'cache') });
  expect((await runOn(executor, small())).y?.shape).toEqual([2, 5, 6, 8]);
});
