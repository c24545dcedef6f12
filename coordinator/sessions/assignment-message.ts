import type { CommandSpec, Handover } from '../../core/command/command.ts';
import { dependenciesOf } from '../../core/dependencies/dependencies.ts';
import { gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import { validParameters } from '../../core/study/valid-parameters.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { type SweepState, trialOf } from '../../core/sweep/state.ts';
import { upstreamsOf } from '../../core/sweep/upstream.ts';
import type { Assignment } from '../../proto/generated/tickwork/v1/Assignment.ts';
import { wireLease } from './lease-message.ts';

export type LeasedEvent = Extract<SweepEvent, { type: 'trial-leased' }>;

/** The study was checked when it was submitted; a problem here comes from a log that another version has written. */
export function assignmentOf(
  sweep: SweepState,
  lease: LeasedEvent,
): { readonly assignment: Assignment } | { readonly problem: string } {
  const { grid, study } = sweep;
  const gridIndex = gridIndexOf(grid, lease.cell);
  const seed = seedOf(grid, lease.cell);
  // What a command takes is its own business.
  const valid = study.command
    ? { command: study.command, parameters: grid.parameters(gridIndex), ...handoverOf(sweep, lease) }
    : validParameters(grid, gridIndex);
  if ('problem' in valid) return valid;
  const spec = { ...valid, seed } as TrialSpec | CommandSpec;
  return {
    assignment: {
      lease: wireLease(lease),
      trialJson: JSON.stringify(spec),
      title: `${grid.title(gridIndex)} seed=${seed}`.trim(),
      device: lease.placed?.device ?? 0,
    },
  };
}

/** Of a study whose trials wait for each other. */
function handoverOf(sweep: SweepState, { cell, attempt }: LeasedEvent): { readonly handover?: Handover } {
  if (sweep.study.dependencies !== true) return {};
  const upstreams = upstreamsOf(sweep, cell).map((upstream) => ({
    cell: upstream,
    attempt: trialOf(sweep, upstream).attempt,
  }));
  const awaited = dependenciesOf(sweep).isSource(gridIndexOf(sweep.grid, cell));
  return { handover: { attempt, awaited, upstreams } };
}
