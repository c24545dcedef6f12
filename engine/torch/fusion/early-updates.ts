import type { Instruction } from '../program.ts';
import { sharing } from './views.ts';

/**
 * Moves each update to right behind its gradient, or behind the last that reads the old weight: there the gradient still
 * lies in the processor's cache, and its memory is free for the next one.
 */
export function updateEarly(instructions: readonly Instruction[]): readonly Instruction[] {
  const scheduled = instructions.filter(({ kind }) => kind !== 'Momentum');
  // In their own order, so that what an earlier one writes or reads is there already.
  for (const update of instructions) {
    if (update.kind !== 'Momentum') continue;
    const overwritten = update.ints[0] === 0 ? new Set<number>() : sharing(update.inputs.slice(0, 2), scheduled);
    const last = scheduled.findLastIndex(
      ({ inputs, outputs }) =>
        outputs.some((slot) => update.inputs.includes(slot)) || inputs.some((slot) => overwritten.has(slot)),
    );
    scheduled.splice(last + 1, 0, update);
  }
  return scheduled;
}
