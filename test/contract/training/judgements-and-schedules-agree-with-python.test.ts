import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { judge } from '../../../core/evaluation/judge.ts';
import { learningRateAt } from '../../../worker/training/optimisers/schedule.ts';
import { availableExecutors } from '../../support/executors.ts';
import { createUniform } from '../executors/agreement.ts';

const python = process.env.TICKWORK_PYTHON;
const hasTorch = python !== undefined && (await availableExecutors()).includes('torch');

const uniform = createUniform(5);
const upTo = (most: number): number => Math.floor(uniform() * (most + 1));
const list = <T>(length: number, make: () => T): T[] => Array.from({ length }, make);

/** Few different votes, so that ranks are tied; the last class has no image. */
const judged = list(30, () => {
  const [images, classes] = [1 + upTo(40), 2 + upTo(9)];
  return {
    classes,
    votes: list(images, () => list(classes, () => upTo(6) / 4)),
    labels: list(images, () => upTo(classes - 2)),
    targets: list(images, () => list(classes, () => upTo(2) - 1)),
  };
});

const rates = (['step', 'plateau', 'poly', 'cosine', 'constant'] as const).flatMap((schedule) =>
  list(4, () => {
    const trainEpochs = 3 + upTo(12);
    return {
      schedule,
      trainEpochs,
      stepsPerEpoch: 1 + upTo(5),
      learningRate: 0.01 + uniform(),
      scheduleEvery: 1 + upTo(3),
      schedulePatience: 1 + upTo(2),
      scheduleFactor: 0.1 + 0.4 * uniform(),
      schedulePower: 0.5 + uniform(),
      watched: list(trainEpochs, () => upTo(8)),
    };
  }),
);

interface Judged {
  readonly topErrors: Readonly<Record<string, number>>;
  readonly recall: readonly (number | null)[];
  readonly precision: readonly (number | null)[];
  readonly severalPrecision: readonly (number | null)[];
}

describe.skipIf(!hasTorch)('what others compute in Python', () => {
  const script = fileURLToPath(new URL('./judgements_and_schedules.py', import.meta.url));
  const reference = hasTorch
    ? (JSON.parse(
        execFileSync(python as string, [script], { input: JSON.stringify({ judged, rates }), encoding: 'utf8' }),
      ) as { readonly judged: readonly Judged[]; readonly rates: readonly (readonly number[])[] })
    : { judged: [], rates: [] };
  const close = (ours: readonly (number | null)[] | undefined, theirs: readonly (number | null)[]): void => {
    expect(ours?.map((value) => value !== null)).toEqual(theirs.map((value) => value !== null));
    theirs.forEach((value, index) => {
      if (value !== null) expect(ours?.[index]).toBeCloseTo(value, 9);
    });
  };

  test('top-k errors, recalls and average precisions, with ties and difficult images', () => {
    for (const [index, { votes, labels, targets, classes }] of judged.entries()) {
      const theirs = reference.judged[index] as Judged;
      const sums = Float64Array.from(votes.flat());
      const ours = judge(sums, { labels }, classes, () => true);
      for (const [k, error] of Object.entries(theirs.topErrors)) {
        expect(ours.topErrors[Number(k) as 1], `top ${k}`).toBeCloseTo(error, 9);
      }
      close(ours.perClass.recall, theirs.recall);
      close(ours.perClass.averagePrecision, theirs.precision);
      const several = judge(sums, { labels, targets: Int8Array.from(targets.flat()) }, classes, () => true);
      close(several.perClass.averagePrecision, theirs.severalPrecision);
    }
  });

  test('the learning rate of every step of PyTorch’s schedules', () => {
    for (const [index, one] of rates.entries()) {
      const steps = one.trainEpochs * one.stepsPerEpoch;
      for (const [step, rate] of (reference.rates[index] ?? []).entries()) {
        const watched = one.watched.slice(0, Math.floor(step / one.stepsPerEpoch));
        const ours = learningRateAt(one, step, steps, one.stepsPerEpoch, watched);
        expect(Math.abs(ours - rate) / one.learningRate, `${JSON.stringify(one)} at step ${step}`).toBeLessThan(1e-9);
      }
      expect(reference.rates[index]).toHaveLength(steps);
    }
  });
});
