import { TickworkError } from '../../core/errors.ts';
import { isCell, type SweepState } from '../../core/sweep/state.ts';
import { parseSweepName, parseTrialName, sweepName } from '../../proto/resource-names.ts';
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

/** @param field request field, for the error. @throws TickworkError ARGUMENT_INVALID, SWEEP_NOT_FOUND */
export function requireCell(
  ledger: Ledger,
  name: string,
  field: string,
): { readonly sweep: SweepState; readonly cell: number } {
  const parsed = parseTrialName(name);
  if (!parsed)
    throw invalidArgument(
      field,
      `Expected ${field} to be a trial's name such as sweeps/vgg-demo-1/trials/0, got ${JSON.stringify(name)}.`,
    );
  const sweep = requireSweep(ledger, sweepName(parsed.sweepId), field);
  if (isCell(sweep, parsed.cell)) return { sweep, cell: parsed.cell };
  throw invalidArgument(
    field,
    `Expected a cell of ${sweep.id}, got ${parsed.cell}. \`tickwork trials ${sweep.id}\` lists them.`,
  );
}

/** A decision that takes longer is refused as NOT_READY; repeating it with the same request id is safe. */
export const DEADLINE = { deadlineMs: 25_000 };

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** @throws TickworkError ARGUMENT_INVALID */
export function checkRequestId(requestId: string): void {
  if (REQUEST_ID.test(requestId)) return;
  throw invalidArgument(
    'request_id',
    `Expected request_id to be 1 to 64 letters, digits, ".", "_" or "-", got ${JSON.stringify(requestId)}. Draw a UUID.`,
  );
}

export function invalidArgument(field: string, message: string): TickworkError {
  return new TickworkError('ARGUMENT_INVALID', message, { violations: [{ field, message }] });
}
