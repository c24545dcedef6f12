import { type CellKey, testErrorOf } from './metric.ts';

/** A grid whose every cell has a value that can be told without running it. */
export interface ExpectedStudy {
  readonly yaml: string;
  /** Test error by cell; see keyOf. */
  readonly rows: ReadonlyMap<string, number>;
}

const LEVELS = 10;
/** Fewest rows: one seed. */
export const ROWS_PER_SEED = LEVELS * LEVELS;

/**
 * @param rows wanted; rounded up to a whole number of seeds.
 * @param trialMs how long a trial takes, on average.
 */
export function expectedStudy(rows: number, trialMs: number): ExpectedStudy {
  const seeds = Array.from({ length: Math.ceil(rows / ROWS_PER_SEED) }, (_, i) => i + 1);
  const learningRates = Array.from({ length: LEVELS }, (_, i) => (i + 1) / 1000);
  const momenta = Array.from({ length: LEVELS }, (_, i) => i / LEVELS);
  const keys = learningRates.flatMap((learningRate) =>
    momenta.flatMap((momentum) => seeds.map((seed): CellKey => ({ learningRate, momentum, seed }))),
  );
  const yaml = [
    'study: chaos',
    `seeds: [${seeds.join(', ')}]`,
    // Every kill of a worker is a strike, and what is tested is not how soon a trial is given up.
    'maxAttempts: 100',
    'parameters:',
    '  network: vgg8',
    '  config: A',
    '  dataset: fashion-mnist',
    // Nothing is trained: chaos/worker/trial-process.ts takes one millisecond for each image.
    `  trainImages: ${Math.max(1, Math.round(trialMs))}`,
    '  testImages: 64',
    '  trainEpochs: 1',
    '  batchSize: 1',
    '  trainScale: 28',
    '  testScale: 28',
    'factors:',
    `  learningRate: [${learningRates.join(', ')}]`,
    `  momentum: [${momenta.join(', ')}]`,
    '',
  ].join('\n');
  return { yaml, rows: new Map(keys.map((key) => [keyOf(key), testErrorOf(key)])) };
}

export function keyOf({ learningRate, momentum, seed }: CellKey): string {
  return `learningRate=${learningRate} momentum=${momentum} seed=${seed}`;
}
