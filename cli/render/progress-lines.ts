import { failureKindCodec } from '../../proto/enums.ts';
import type { Trial__Output } from '../../proto/generated/tickwork/v1/Trial.ts';
import { visible } from './display-width.ts';
import { reusedFromText } from './listings.ts';
import { formatSeconds, formatValue } from './numbers.ts';
import { finishedCells, type SweepProgress } from './sweep-progress.ts';
import { unixMs } from './timestamp.ts';
import { trialLabel } from './trial-label.ts';

/**
 * What changed between two views of a sweep, for a log: a line for each trial that started, each new training epoch,
 * each trial that finished.
 */
export function progressLines(before: SweepProgress | undefined, now: SweepProgress): string[] {
  const known = new Map(before?.active.map((trial) => [trial.cell, trial]));
  return [
    ...now.finished.map((trial) => `${counted(now)} ${trialLabel(trial)}: ${howItEnded(trial)}`),
    ...now.active.flatMap((trial) => activeLine(known.get(trial.cell), trial)),
  ];
}

function counted({ sweep }: SweepProgress): string {
  const total = String(sweep.counts?.total ?? 0);
  return `[${String(finishedCells(sweep)).padStart(total.length)}/${total}]`;
}

function activeLine(before: Trial__Output | undefined, now: Trial__Output): string[] {
  if (now.state !== 'TRIAL_STATE_RUNNING') return [];
  const label = `${trialLabel(now)}`;
  const started = before?.state !== 'TRIAL_STATE_RUNNING' || before.attempt !== now.attempt;
  const attempt = now.attempt > 1 ? `, attempt ${now.attempt}` : '';
  const lines = started ? [`${label}: started on ${visible(now.worker)}${attempt}`] : [];
  const epoch = now.progress?.trainEpoch ?? 0;
  const earlier = started ? 0 : (before?.progress?.trainEpoch ?? 0);
  if (!now.progress || epoch === 0 || epoch === earlier) return lines;
  return [...lines, `${label}: ${[`epoch ${epoch}/${now.progress.trainEpochs}`, ...rates(now)].join(', ')}`];
}

/** Loss and speed, as far as known. */
export function rates({ progress }: Trial__Output): string[] {
  return [
    ...(progress?.loss === undefined ? [] : [`loss ${progress.loss.toFixed(3)}`]),
    ...(progress?.imagesPerSecond === undefined ? [] : [`${progress.imagesPerSecond.toFixed(0)} img/s`]),
  ];
}

function howItEnded(trial: Trial__Output): string {
  if (trial.state === 'TRIAL_STATE_CANCELLED') return 'cancelled';
  if (trial.state === 'TRIAL_STATE_STOPPED') return `stopped early: ${visible(trial.stopReason)}`;
  if (trial.state === 'TRIAL_STATE_FAILED') {
    const kind = failureKindCodec.decode(trial.failureKind) ?? 'unknown';
    return `failed (${kind}) after ${trial.attempt} attempt(s): ${visible(trial.failureMessage)}`;
  }
  const error = trial.metrics.find((metric) => metric.name === 'testError')?.value;
  if (trial.reusedFrom !== '')
    return [
      ...(error === undefined ? [] : [`test error ${formatValue(error)} %,`]),
      reusedFromText(trial.reusedFrom),
    ].join(' ');
  const start = unixMs(trial.startTime);
  const finish = unixMs(trial.finishTime);
  return [
    error === undefined ? 'done' : `test error ${formatValue(error)} %`,
    ...(start === undefined || finish === undefined ? [] : [`in ${formatSeconds((finish - start) / 1000)}`]),
  ].join(' ');
}
