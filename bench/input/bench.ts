import { parseArgs } from 'node:util';
import { FIXED_DATASETS } from '../../core/catalogue/datasets.ts';
import type { ImageSet } from '../../worker/training/data/dataset.ts';
import { readImageFolder } from '../../worker/training/data/image-folder.ts';
import { createPixelCache } from '../../worker/training/data/pixel-cache.ts';
import { makeTextures } from '../../worker/training/data/textures.ts';
import { createDirectInput, type ReadableSets } from '../../worker/training/input/direct-input.ts';
import type { ImageInput } from '../../worker/training/input/image-input.ts';
import { createLoaderInput } from '../../worker/training/input/loader-input.ts';
import { describeMachine, printMachine } from '../machine.ts';
import { measureDemoWaits } from './demo-wait.ts';
import { HEIGHT, makePhotographs, WIDTH } from './photographs.ts';
import { type Measurement, measurePasses, type PassShape, type Round } from './rounds.ts';

const PHOTOGRAPHS = 96;
const JITTER = [256, 512] as const;
const FIXED = 256;
const CACHE_BYTES = 2 ** 28;

/** What the parts measured before this pipeline was built reached, images a second of one core: the goals. */
const GOALS = { photographs: 350, cachedPixels: 5000 };

interface Row extends Measurement {
  readonly name: string;
  readonly title: string;
}

/**
 * Images a second of processor time that the input pipeline cuts, and a second of wall-clock time with loader threads. The
 * last line printed is one JSON object.
 */
export async function benchInput(args: readonly string[], print: (line: string) => void): Promise<void> {
  const { json, rounds, images, threads } = optionsOf(args);
  const say = json ? (): void => {} : print;
  const machine = describeMachine();
  say(printMachine(machine));
  await using photographs = await makePhotographs(PHOTOGRAPHS);
  const { train } = await readImageFolder(photographs.folder);
  const conditions = {
    photographs: `${PHOTOGRAPHS} JPEGs of ${WIDTH}×${HEIGHT}, ${photographs.meanBytes} bytes on average, in the page cache`,
    crop: 224,
    batch: 64,
    jitter: JITTER,
    fixedScale: FIXED,
    imagesPerRound: images,
    rounds,
  };
  say(`${conditions.photographs}; crops of 224, batches of 64; the median of ${rounds} rounds of ${images} images`);
  const rows: Row[] = [];
  const measure = async (name: string, title: string, open: () => ImageInput, shape: PassShape): Promise<void> => {
    const row = { name, title, ...(await measurePasses(open(), shape, rounds)) };
    rows.push(row);
    say(lineOf(row));
  };
  const photos = (scale: PassShape['scale'], count = images): PassShape => ({
    images: train,
    scale,
    side: 224,
    batchSize: 64,
    count,
  });
  const direct = (images: ImageSet, scale: number, bytes: number) => (): ImageInput =>
    createDirectInput(setsOf(images, scale, bytes));
  const loader = (count: number) => (): ImageInput => createLoaderInput(setsOf(train, 0, 0), count);
  const decoded = 'decoded, S drawn from [256;512]';
  await measure('photographs', `${decoded}, 1 loader thread`, loader(1), photos(JITTER));
  await measure('photographsDirect', `${decoded}, on the trainer's thread`, direct(train, 0, 0), photos(JITTER));
  const jittered = direct(train, 0, CACHE_BYTES);
  await measure('cachedJitter', 'kept as decoded, S drawn from [256;512]', jittered, photos(JITTER));
  const cached = direct(train, FIXED, CACHE_BYTES);
  await measure('cachedPixels', `kept at S = ${FIXED}: plain crops`, cached, photos(FIXED, 8 * images));
  for (const count of threads.filter((number) => number > 1)) {
    await measure(`loaders${count}`, `${decoded}, ${count} loader threads`, loader(count), photos(JITTER));
  }
  const textures = makeTextures({ ...FIXED_DATASETS.textures, side: 32 }).train;
  const small: PassShape = { images: textures, scale: [32, 64], side: 28, batchSize: 64, count: 20 * images };
  await measure('small', '32×32 in memory, S drawn from [32;64], crops of 28', direct(textures, 0, 0), small);
  const waits = await measureDemoWaits([0, 1], rounds);
  for (const { net, loaderThreads, imagesPerSecond, batchWaitMs, waiting } of waits) {
    const wait = `a batch after ${batchWaitMs.toFixed(3)} ms, with masks ${(100 * waiting).toFixed(1)} %`;
    say(`${net}, ${loaderThreads} loader thread(s): ${imagesPerSecond} img/s; ${wait} of the time`);
  }
  const perCore = Object.fromEntries(rows.map(({ name, perCore: rate }) => [name, rate]));
  const reached = {
    photographs: (perCore.photographs ?? 0) >= GOALS.photographs,
    cachedPixels: (perCore.cachedPixels ?? 0) >= GOALS.cachedPixels,
  };
  print(JSON.stringify({ machine, conditions, rows, waits, perCore, goals: GOALS, reached }));
}

function setsOf(images: ImageSet, scale: number, bytes: number): ReadableSets {
  const set = { images, cache: bytes > 0 ? createPixelCache(images.count, scale, images.channels, bytes) : undefined };
  return { train: set, test: set };
}

function lineOf({ title, perCore, wall, rounds }: Row): string {
  const raw = rounds.map(({ perCore: rate }: Round) => rate).join(', ');
  return `${title}: ${perCore} img/s a core, ${wall} img/s in all; rounds: ${raw}`;
}

function optionsOf(args: readonly string[]) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      rounds: { type: 'string', default: '5' },
      images: { type: 'string', default: '640' },
      threads: { type: 'string', default: '1,2' },
    },
  });
  const whole = (option: string, text: string): number => {
    const number = Number(text);
    if (Number.isInteger(number) && number > 0) return number;
    throw new Error(`Expected ${option} to be a whole number from 1, got ${text}.`);
  };
  return {
    json: values.json,
    rounds: whole('--rounds', values.rounds),
    images: whole('--images', values.images),
    threads: values.threads.split(',').map((text) => whole('--threads', text)),
  };
}
