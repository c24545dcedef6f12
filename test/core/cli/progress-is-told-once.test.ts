import { expect, test } from 'vitest';
import { displayWidth } from '../../../cli/render/display-width.ts';
import { progressLines } from '../../../cli/render/progress-lines.ts';
import { progressScreen } from '../../../cli/render/progress-screen.ts';
import type { SweepProgress } from '../../../cli/render/sweep-progress.ts';
import { CREATED_AT, counts, sweep, trial } from '../../support/cli-messages.ts';

const progress = (trainEpoch: number, step: number) => ({
  trainEpoch,
  trainEpochs: 3,
  step,
  steps: 471,
  loss: 0.41234,
  imagesPerSecond: 512.4,
  phase: 'training',
});

function view(change: Partial<SweepProgress>): SweepProgress {
  return { sweep: sweep(), active: [], finished: [], ...change };
}

test('plain lines: a start, each new training epoch and an end, each once', () => {
  const views = [
    view({ active: [trial(0, { state: 'TRIAL_STATE_LEASED' })] }),
    view({ active: [trial(0)] }),
    view({ active: [trial(0, { progress: progress(1, 5) })] }),
    view({ active: [trial(0, { progress: progress(1, 90) })] }),
    view({ active: [trial(0, { progress: progress(2, 160) })] }),
    view({
      sweep: sweep({ counts: counts({ succeeded: 1 }) }),
      active: [trial(1)],
      finished: [
        trial(
          0,
          { state: 'TRIAL_STATE_SUCCEEDED', metrics: [{ name: 'testError', value: 12.35 }] },
          { startedAt: 1, finishedAt: 21.5 },
        ),
      ],
    }),
    view({
      sweep: sweep({ counts: counts({ succeeded: 1 }) }),
      active: [trial(1, { attempt: 2, worker: 'worker-2' })],
    }),
    view({
      sweep: sweep({ counts: counts({ succeeded: 1, failed: 1 }) }),
      finished: [
        trial(1, {
          state: 'TRIAL_STATE_FAILED',
          attempt: 3,
          failureKind: 'FAILURE_KIND_DIVERGED',
          failureMessage: 'loss became NaN',
        }),
      ],
    }),
  ];
  const lines = views.flatMap((now, i) => progressLines(views[i - 1], now));
  expect(`\n${lines.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    A S=32 seed 1: started on worker-1
    A S=32 seed 1: epoch 1/3, loss 0.412, 512 img/s
    A S=32 seed 1: epoch 2/3, loss 0.412, 512 img/s
    [ 1/14] A S=32 seed 1: test error 12.35 % in 20.5 s
    A-LRN S=32 seed 1: started on worker-1
    A-LRN S=32 seed 1: started on worker-2, attempt 2
    [ 2/14] A-LRN S=32 seed 1: failed (diverged) after 3 attempt(s): loss became NaN
    "
  `);
});

const OPTIONS = { columns: 100, maxTrials: 10, now: (CREATED_AT + 60) * 1000, colour: false, unicode: true };

const RUNNING = view({
  sweep: sweep({ counts: counts({ succeeded: 3, failed: 1, running: 2 }) }),
  active: [
    trial(4, { progress: progress(2, 160) }, { startedAt: 40 }),
    trial(1, { progress: { ...progress(3, 471), phase: 'testing' } }, { startedAt: 30 }),
    trial(5, { state: 'TRIAL_STATE_LEASED' }),
  ],
});

test('the screen: a bar for each running trial, then one for the sweep', () => {
  expect(`\n${progressScreen(RUNNING, OPTIONS).join('\n')}\n`).toMatchInlineSnapshot(`
    "
    D S=32 seed 1      ██████░░░░░░░░░░░░  epoch 2/3  loss 0.412  512 img/s  ETA 0:38
    A-LRN S=32 seed 1  ██████████████████  testing  loss 0.412  512 img/s
    E S=32 seed 1      ░░░░░░░░░░░░░░░░░░  starting
    vgg-demo-1         ███████░░░░░░░░░░░  4/14 trials  1 failed  1:00  ETA 1:37
    "
  `);
});

test('the screen fits any terminal, and counts what it does not show', () => {
  for (const columns of [10, 40, 79]) {
    for (const line of progressScreen(RUNNING, { ...OPTIONS, columns }))
      expect(displayWidth(line)).toBeLessThan(columns);
  }
  const few = progressScreen(RUNNING, { ...OPTIONS, maxTrials: 1, unicode: false });
  expect(few).toHaveLength(3);
  expect(few[1]).toBe('… and 2 more trials');
  expect(few[0]).toContain('######------------');
});

test('colours only where they are wanted', () => {
  const sgr = '\x1b[';
  expect(progressScreen(RUNNING, OPTIONS).join('')).not.toContain(sgr);
  expect(progressScreen(RUNNING, { ...OPTIONS, colour: true }).join('')).toContain(sgr);
});
