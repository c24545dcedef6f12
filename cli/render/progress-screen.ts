import type { Trial__Output } from '../../proto/generated/tickwork/v1/Trial.ts';
import { displayWidth, padEnd, truncate, visible } from './display-width.ts';
import { formatClock } from './numbers.ts';
import { rates } from './progress-lines.ts';
import { createStyle } from './style.ts';
import { finishedCells, type SweepProgress, secondsLeft, sweepFraction, trialFraction } from './sweep-progress.ts';
import { unixMs } from './timestamp.ts';
import { trialLabel } from './trial-label.ts';

export interface ScreenOptions {
  /** Width of the terminal. */
  readonly columns: number;
  /** Trials shown at most; the rest is counted. */
  readonly maxTrials: number;
  /** Unix milliseconds. */
  readonly now: number;
  readonly colour: boolean;
  /** Whether the terminal shows block characters. */
  readonly unicode: boolean;
}

const BAR_WIDTH = 18;

/** The lines of a live view: a bar for each running trial, then one for the sweep. None is wider than the terminal. */
export function progressScreen(progress: SweepProgress, options: ScreenOptions): string[] {
  const { sweep, active } = progress;
  const style = createStyle(options.colour);
  const shown = active.slice(0, options.maxTrials);
  const labelWidth = Math.max(0, ...shown.map((trial) => displayWidth(trialLabel(trial))));
  const bar = (fraction: number): string => progressBar(fraction, BAR_WIDTH, options.unicode);
  const lines = shown.map((trial) =>
    truncate(
      `${padEnd(trialLabel(trial), labelWidth)}  ${bar(trialFraction(trial))}  ${trialFacts(trial, options.now)}`,
      options.columns - 1,
    ),
  );
  const { counts } = sweep;
  const fraction = sweepFraction(progress);
  const elapsed = elapsedSeconds(unixMs(sweep.createTime), options.now);
  const failed = counts && counts.failed > 0 ? `${counts.failed} failed` : '';
  const reused = counts && counts.reused > 0 ? `${counts.reused} reused` : '';
  const facts = [
    `${finishedCells(sweep)}/${counts?.total ?? 0} trials`,
    failed,
    reused,
    formatClock(elapsed),
    eta(fraction, elapsed),
  ];
  const overall = truncate(
    `${padEnd(visible(sweep.name.replace(/^sweeps\//, '')), labelWidth)}  ${bar(fraction)}  ${facts.filter(Boolean).join('  ')}`,
    options.columns - 1,
  );
  return [
    ...lines,
    ...(active.length > shown.length ? [style.dim(`… and ${active.length - shown.length} more trials`)] : []),
    style.bold(overall),
  ];
}

/** `█████░░░░░` */
export function progressBar(fraction: number, width: number, unicode: boolean): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  const [done, open] = unicode ? ['█', '░'] : ['#', '-'];
  return done.repeat(full) + open.repeat(width - full);
}

function trialFacts(trial: Trial__Output, now: number): string {
  const { progress } = trial;
  if (progress?.phase === 'testing' && progress.trainEpochs === 0) return 'testing';
  if (!progress || progress.steps === 0) return trial.state === 'TRIAL_STATE_LEASED' ? 'starting' : 'loading';
  const doing = progress.phase === 'testing' ? 'testing' : `epoch ${progress.trainEpoch}/${progress.trainEpochs}`;
  return [doing, ...rates(trial), eta(trialFraction(trial), elapsedSeconds(unixMs(trial.startTime), now))]
    .filter(Boolean)
    .join('  ');
}

const elapsedSeconds = (start: number | undefined, now: number): number =>
  start === undefined ? 0 : Math.max(0, now - start) / 1000;

function eta(fraction: number, elapsed: number): string {
  const left = secondsLeft(fraction, elapsed);
  return left === undefined || fraction >= 1 ? '' : `ETA ${formatClock(left)}`;
}
