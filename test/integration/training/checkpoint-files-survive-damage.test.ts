import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostTensor, StepState } from '../../../engine/mod.ts';
import { type CheckpointStore, createCheckpointStore } from '../../../worker/training/checkpoints/store.ts';
import { TRIAL_START, type TrainingProgress } from '../../../worker/training/progress.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const FINGERPRINT = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let problems: string[];
beforeEach(async () => {
  folder = await temporaryFolder();
  problems = [];
});
afterEach(async () => folder[Symbol.asyncDispose]());

function open(fingerprint = FINGERPRINT): CheckpointStore {
  return createCheckpointStore({
    folder: folder.path,
    fingerprint,
    writer: 'test',
    onProblem: (p) => problems.push(p),
  });
}

/** A state that is a function of the step, odd sizes and both dtypes included. */
function stateAt(step: number): StepState {
  const tensors: Record<string, HostTensor> = {
    'conv/kernel': { shape: [3, 1], data: Float32Array.of(step, Number.MIN_VALUE, -0) },
    count: { shape: [], data: Int32Array.of(step) },
    empty: { shape: [0, 4], data: new Float32Array(0) },
    'fc/bias': { shape: [5], data: Float32Array.from({ length: 5 }, (_, i) => step / (i + 3)) },
  };
  return { names: Object.keys(tensors), read: async (name) => tensors[name] as HostTensor, dispose: () => {} };
}

const progressAt = (step: number): TrainingProgress => ({ ...TRIAL_START, trainSeconds: step / 7, firstLoss: 1 / 3 });
const save = (store: CheckpointStore, step: number): Promise<void> => store.save(step, progressAt(step), stateAt(step));
const files = async (): Promise<string[]> => (await readdir(folder.path)).sort();

describe('the checkpoints of a trial', () => {
  it('give back every bit of the last one, and keep the one before it', async () => {
    const store = open();
    for (const step of [10, 20, 30]) await save(store, step);
    const found = await open().latest();
    expect(found).toMatchObject({ step: 30, checkpoint: { fingerprint: FINGERPRINT, progress: progressAt(30) } });
    for (const name of stateAt(30).names) expect(found?.checkpoint.state[name]).toEqual(await stateAt(30).read(name));
    expect((await files()).map((name) => Number(name.slice(0, 12)))).toEqual([20, 30]);
    expect(problems).toEqual([]);
  });

  it('are not those of another configuration, which stay where they are', async () => {
    await save(open(OTHER), 40);
    for (const step of [10, 20, 30]) await save(open(), step);
    expect((await open().latest())?.step).toBe(30);
    expect(problems).toEqual([expect.stringMatching(/another configuration, executor or version has made it/)]);
    expect((await open(OTHER).latest())?.step).toBe(40);
  });

  it('are none where there are none, or only what a killed process has left', async () => {
    expect(await open().latest()).toBeUndefined();
    await save(open(), 10);
    const [name = ''] = await files();
    const whole = await readFile(join(folder.path, name));
    await writeFile(join(folder.path, 'dead.draft'), whole.subarray(0, 40));
    expect((await open().latest())?.step).toBe(10);
    expect(problems).toEqual([]);
  });

  it('are used after no damage whatsoever: the one before is, and the damage is told', async () => {
    await save(open(), 10);
    await save(open(), 20);
    const [, newest = ''] = await files();
    const path = join(folder.path, newest);
    const whole = await readFile(path);
    const place = fc.nat(whole.length - 1);
    const flip = fc.record({ place, bit: fc.nat(7) });
    await fc.assert(
      fc.asyncProperty(fc.oneof(flip, fc.record({ place })), async (damage) => {
        problems = [];
        const bytes = Buffer.from(whole);
        if ('bit' in damage) bytes[damage.place] = (bytes[damage.place] as number) ^ (1 << damage.bit);
        await writeFile(path, bytes);
        if (!('bit' in damage)) await truncate(path, damage.place);
        expect((await open().latest())?.step).toBe(10);
        expect(problems).toEqual([
          expect.stringMatching(/^Deleted a damaged checkpoint\. Expected .*\.checkpoint to have /),
        ]);
        expect(await files()).not.toContain(newest);
      }),
      { numRuns: 200 },
    );
  });
});
