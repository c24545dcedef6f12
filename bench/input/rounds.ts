import { square, type TrainScale } from '../../worker/training/data/crops.ts';
import type { ImageSet } from '../../worker/training/data/dataset.ts';
import type { ImageInput } from '../../worker/training/input/image-input.ts';
import { countBatches, type InputPass } from '../../worker/training/input/pass.ts';
import { median } from '../medians.ts';

/** What is cut again and again. */
export interface PassShape {
  readonly images: ImageSet;
  readonly scale: TrainScale;
  readonly side: number;
  readonly batchSize: number;
  /** Images in a round, over and over the same ones. */
  readonly count: number;
}

export interface Round {
  /** Images a second of processor time, of all threads together. */
  readonly perCore: number;
  /** Images a second of wall-clock time. */
  readonly wall: number;
}

export interface Measurement extends Round {
  /** Before the median was taken. */
  readonly rounds: readonly Round[];
}

/** One round to warm up (and to fill a cache), then so many that count. Closes the input. */
export async function measurePasses(input: ImageInput, shape: PassShape, rounds: number): Promise<Measurement> {
  const measured: Round[] = [];
  try {
    for (let round = 0; round <= rounds; round += 1) {
      const result = await measureRound(input, passOf(shape, round + 1));
      if (round > 0) measured.push(result);
    }
  } finally {
    await input.close();
  }
  const of = (name: keyof Round): number => median(measured.map((round) => round[name]));
  return { perCore: of('perCore'), wall: of('wall'), rounds: measured };
}

async function measureRound(input: ImageInput, pass: InputPass): Promise<Round> {
  const batches = countBatches(pass);
  const start = performance.now();
  const before = process.cpuUsage();
  const reader = input.open(pass);
  for (let batch = 0; batch < batches; batch += 1) await reader.next();
  const { user, system } = process.cpuUsage(before);
  const images = batches * pass.batchSize;
  const perCore = Math.round((images * 1e6) / (user + system));
  return { perCore, wall: Math.round((images * 1000) / (performance.now() - start)) };
}

function passOf({ images, scale, side, batchSize, count }: PassShape, trainEpoch: number): InputPass {
  const places = new Uint32Array(new SharedArrayBuffer(4 * count));
  for (let row = 0; row < count; row += 1) places[row] = row % images.count;
  return {
    set: 'train',
    places,
    batchSize,
    firstBatch: 0,
    window: square(side),
    views: { kind: 'train', seed: 1, trainEpoch, scale, flip: true },
    corruptImages: 'fail',
  };
}
