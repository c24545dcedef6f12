import { createHash } from 'node:crypto';

/** What a cell is, as the study spells it. */
export interface CellKey {
  readonly learningRate: number;
  readonly momentum: number;
  readonly seed: number;
}

/** The one value that a cell can have: its test error, in percent, a hash of what it is. */
export function testErrorOf(key: CellKey): number {
  return 100 * fraction(key, 'testError');
}

/** Whether the cell's trial reports a point of a learning curve before its result: one in four does. */
export function reports(key: CellKey): boolean {
  return fraction(key, 'reports') < 0.25;
}

/** How much longer or shorter than the others its trial takes, from 0.5 to 1.5. */
export function pace(key: CellKey): number {
  return 0.5 + fraction(key, 'pace');
}

/** Uniform in [0, 1), the same on every machine. */
function fraction({ learningRate, momentum, seed }: CellKey, purpose: string): number {
  const digest = createHash('sha256').update(`${purpose} ${learningRate} ${momentum} ${seed}`).digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}
