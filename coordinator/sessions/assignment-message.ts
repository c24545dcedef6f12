import type { CommandSpec } from '../../core/command/command.ts';
import { gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import { validParameters } from '../../core/study/valid-parameters.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import type { SweepState } from '../../core/sweep/state.ts';
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
    ? { command: study.command, parameters: grid.parameters(gridIndex) }
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
