import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { NetworkDescription } from '../../../core/networks/description.ts';
import { createOnnxExecutor, type Executor, type HostTensor } from '../../../engine/mod.ts';
import { type FileImageSet, sharedBytes } from '../../../worker/training/data/dataset.ts';
import { createFileTable } from '../../../worker/training/data/file-table.ts';
import { addDenseVotes } from '../../../worker/training/dense-test.ts';
import type { Evaluation } from '../../../worker/training/evaluation.ts';
import { createDirectInput } from '../../../worker/training/input/direct-input.ts';
import { createTestInput } from '../../../worker/training/input/test-input.ts';
import { evaluationStep } from '../../../worker/training/networks/evaluation-step.ts';
import { initialState } from '../../../worker/training/networks/initial-state.ts';
import { createVotes, type Votes } from '../../../worker/training/votes.ts';
import { writeTree } from '../../support/image-files.ts';
import { createUniform } from '../executors/agreement.ts';

/** Without padding, so that it says at each position of an image what it says of the crop there; positions are 2 apart. */
const NETWORK: NetworkDescription = {
  title: 'without padding',
  side: 6,
  channels: 3,
  classes: 3,
  layers: [
    { kind: 'conv', name: 'conv', filters: 4, size: 3, pad: 0, relu: true },
    { kind: 'max-pool', name: 'pool', size: 2, stride: 2 },
    { kind: 'flatten', name: 'flatten' },
    { kind: 'dense', name: 'fc1', units: 5, relu: true },
    { kind: 'dense', name: 'fc2', units: 3, relu: false },
  ],
};
const SCALING = { mean: [128, 128, 128], scale: [1 / 64, 1 / 64, 1 / 64] };
/** Smallest side of every image: the scale at which nothing is interpolated. */
const Q = 8;
const SIZES = [
  [8, 8],
  [20, 8],
  [8, 12],
  [20, 8],
  [8, 30],
] as const;

const state = initialState(NETWORK, 4);
const opened = { now: 0, most: 0, compiled: 0 };
let root: string;
let executor: Executor;
let pixels: readonly Uint8Array[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tickwork-dense-'));
  const uniform = createUniform(3);
  pixels = SIZES.map(([width, height]) => Uint8Array.from({ length: width * height * 3 }, () => 256 * uniform()));
  for (const [i, [width, height]] of SIZES.entries()) {
    const raw = { raw: { width, height, channels: 3 } } as const;
    await writeTree(root, { [`${i}.png`]: await sharp(pixels[i], raw).png().toBuffer() });
  }
  await writeTree(root, { [`${SIZES.length}.png`]: 'no image' });
  const onnx = createOnnxExecutor({ threads: 1 });
  executor = {
    ...onnx,
    async compile(...given) {
      const step = await onnx.compile(...given);
      opened.compiled += 1;
      opened.now += 1;
      opened.most = Math.max(opened.most, opened.now);
      return {
        run: step.run,
        async dispose() {
          opened.now -= 1;
          await step.dispose();
        },
      };
    },
  };
});
afterAll(async () => {
  await executor.dispose();
  await rm(root, { recursive: true });
});

async function denseVotes(corruptImages: 'fail' | 'skip', count: number, testFlip = false): Promise<Votes> {
  const names = Array.from({ length: count }, (_, i) => ({ folder: 0, name: `${i}.png` }));
  const images: FileImageSet = {
    kind: 'files',
    count,
    channels: 3,
    labels: new Uint16Array(count),
    files: createFileTable([root], names),
    conditions: sharedBytes(count),
  };
  const view = { images, places: Uint32Array.from(names.keys()), labels: images.labels };
  const input = createTestInput({
    input: createDirectInput({ train: { images }, test: { images } }),
    set: 'test',
    view,
    corruptImages,
  });
  const handle = executor.createState(state);
  const step = { run: () => Promise.reject(new Error('not this one')), dispose: async () => {} };
  const evaluation: Evaluation = {
    description: NETWORK,
    scaling: SCALING,
    step,
    batchSize: 3,
    state: handle,
    view,
    input,
    pause: async () => {},
  };
  const votes = createVotes(count, 3);
  const views = await addDenseVotes({ loss: 'hinge', testFlip }, [Q], NETWORK, executor, evaluation, votes);
  expect(views).toBe(testFlip ? 2 : 1);
  handle.dispose();
  return votes;
}

/** The mean of what the network says of the crops at all of its positions. */
async function meanOverPositions(image: number): Promise<readonly number[]> {
  const [width, height] = SIZES[image] as readonly [number, number];
  const crops: number[][] = [];
  for (let top = 0; top + 6 <= height; top += 2) {
    for (let left = 0; left + 6 <= width; left += 2) {
      crops.push(
        Array.from({ length: 6 * 6 * 3 }, (_, i) => {
          const [row, column, c] = [Math.floor(i / 18), Math.floor(i / 3) % 6, i % 3];
          return pixels[image]?.[((top + row) * width + left + column) * 3 + c] ?? 0;
        }),
      );
    }
  }
  const batch: HostTensor = { shape: [crops.length, 6, 6, 3], data: Uint8Array.from(crops.flat()) };
  const step = await executor.compile(evaluationStep(NETWORK, crops.length, 'scores', SCALING));
  const handle = executor.createState(state);
  const { votes } = await step.run(handle, { batch: { images: batch }, scalars: {}, noise: {} });
  await step.dispose();
  return [0, 1, 2].map(
    (label) => crops.reduce((sum, _, crop) => sum + (votes?.data[3 * crop + label] ?? 0), 0) / crops.length,
  );
}

it('averages the network over every position of an image, however long that is', async () => {
  const { sums, shown } = await denseVotes('fail', SIZES.length);
  expect([...shown]).toEqual([1, 1, 1, 1, 1]);
  for (const image of SIZES.keys()) {
    for (const [label, expected] of (await meanOverPositions(image)).entries()) {
      expect(sums[3 * image + label], `image ${image}`).toBeCloseTo(expected, 4);
    }
  }
});

it('compiles a step for each shape, and keeps one at a time', async () => {
  Object.assign(opened, { now: 0, most: 0, compiled: 0 });
  await denseVotes('fail', SIZES.length, true);
  expect(opened).toEqual({ now: 0, most: 1, compiled: 4 });
});

it('leaves out a file that does not say how large it is, or ends with its name', async () => {
  const { shown } = await denseVotes('skip', SIZES.length + 1);
  expect([...shown]).toEqual([1, 1, 1, 1, 1, 0]);
  await expect(denseVotes('fail', SIZES.length + 1)).rejects.toMatchObject({
    code: 'DATASET_CORRUPT',
    message: expect.stringContaining('5.png'),
  });
});
