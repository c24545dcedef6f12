import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { ChaosResult } from '../../chaos/command/closing-table.ts';

const COMMAND = fileURLToPath(new URL('../../scripts/chaos.mjs', import.meta.url));

/** As a person would type it. @returns all that it printed, and its last line. */
async function chaos(...args: readonly string[]): Promise<{ readonly printed: string; readonly result: ChaosResult }> {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const last = printed.trimEnd().split('\n').at(-1) ?? '';
  expect(last, `${printed}\n${errors}`).toMatch(/^\{"seed":/);
  return { printed, result: JSON.parse(last) as ChaosResult };
}

test.each([
  { nats: 'single', seed: '11', rows: 300 },
  { nats: 'cluster', seed: '12', rows: 300 },
])(
  'killed, paused, cut off and refused by the disk, with NATS $nats: every cell has its one row',
  async ({ nats, seed, rows }) => {
    const { printed, result } = await chaos('--minutes', '0.5', '--rows', String(rows), '--nats', nats, '--seed', seed);
    expect(result, printed).toMatchObject({ rowsExpected: rows, rowsCommitted: rows, lost: 0, extra: 0, wrong: 0 });
    expect(result.faultsTotal).toBeGreaterThan(0);
  },
);
