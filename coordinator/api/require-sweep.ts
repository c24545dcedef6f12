import { TickworkError } from '../../core/errors.ts';
import type { SweepState } from '../../core/sweep/state.ts';
import { parseSweepName } from '../../proto/resource-names.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** @param field request field, for the error. @throws TickworkError ARGUMENT_INVALID, SWEEP_NOT_FOUND */
export function requireSweep(ledger: Ledger, name: string, field: string): SweepState {
  const id = parseSweepName(name);
  if (id === undefined) {
    throw invalidArgument(
      field,
      `Expected ${field} to be a sweep's name such as sweeps/vgg-demo-1, got ${JSON.stringify(name)}.`,
    );
  }
  const sweep = ledger.state.sweeps.get(id);
  if (sweep) return sweep;
  throw new TickworkError(
    'SWEEP_NOT_FOUND',
    `Expected the name of a sweep, got ${name}, which does not exist. \`tickwork ls\` lists them.`,
  );
}

export function invalidArgument(field: string, message: string): TickworkError {
  return new TickworkError('ARGUMENT_INVALID', message, { violations: [{ field, message }] });
}
