import type { Sweep__Output } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { CoordinatorClient } from '../client/coordinator-client.ts';
import { followSweep } from '../client/follow-sweep.ts';
import { type CliContext, printJson } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { createProgressView } from '../progress-view.ts';
import { messageJson } from '../render/message-json.ts';
import { formatSeconds } from '../render/numbers.ts';
import { unixMs } from '../render/timestamp.ts';
import type { Terminal } from '../terminal.ts';

/** A restarted coordinator replays its log first; longer than that, and somebody should look. */
const PATIENCE_MS = 60_000;
const MIN_INTERVAL_MS = 200;

/**
 * Follows a sweep to its end, showing how it goes; the exit code becomes 1 when a trial failed, was cancelled or is blocked.
 * @param shown where to show it, or `json-lines` for one JSON object a line on stdout.
 */
export async function watchToEnd(
  cli: CliContext,
  client: CoordinatorClient,
  name: string,
  shown: Terminal | 'json-lines',
): Promise<Sweep__Output> {
  const view = createProgressView(shown === 'json-lines' ? cli.stderr : shown, cli.clock);
  let last: Sweep__Output | undefined;
  try {
    for await (const progress of followSweep(client, name, {
      signal: cli.signal,
      clock: cli.clock,
      random: cli.random,
      patienceMs: PATIENCE_MS,
      minIntervalMs: MIN_INTERVAL_MS,
      onLost: () => view.say(`Lost the coordinator at ${client.address}; trying again for ${PATIENCE_MS / 1000} s …`),
    })) {
      last = progress.sweep;
      if (shown === 'json-lines') printJson(cli, messageJson(progress), true);
      else view.update(progress);
    }
  } finally {
    view.close();
  }
  const sweep = last as Sweep__Output;
  if (hasFailures(sweep)) cli.setExitCode(EXIT.failed);
  return sweep;
}

export function hasFailures({ state, counts }: Sweep__Output): boolean {
  const without = (counts?.failed ?? 0) + (counts?.cancelled ?? 0) + (counts?.blocked ?? 0);
  return state !== 'SWEEP_STATE_COMPLETED' || without > 0;
}

/** `vgg-demo-1 completed: 14 of 14 trials succeeded, in 2 min 3 s.` */
export function endLine({ name, state, counts, createTime, finishTime, exhaustedReason }: Sweep__Output): string {
  const start = unixMs(createTime);
  const finish = unixMs(finishTime);
  return [
    `${name.replace(/^sweeps\//, '')} ${exhaustedReason === '' ? state.replace('SWEEP_STATE_', '').toLowerCase() : 'stopped by its budget'}:`,
    `${counts?.succeeded ?? 0} of ${counts?.total ?? 0} trials succeeded`,
    ...((counts?.reused ?? 0) > 0 ? [`(${counts?.reused} reused)`] : []),
    ...((counts?.failed ?? 0) > 0 ? [`(${counts?.failed} failed)`] : []),
    ...((counts?.blocked ?? 0) > 0 ? [`(${counts?.blocked} blocked)`] : []),
    ...((counts?.stopped ?? 0) > 0 ? [`(${counts?.stopped} stopped early)`] : []),
    ...(exhaustedReason === '' ? [] : [`(${exhaustedReason})`]),
    ...(start === undefined || finish === undefined ? [] : [`in ${formatSeconds((finish - start) / 1000)}`]),
  ].join(' ');
}
