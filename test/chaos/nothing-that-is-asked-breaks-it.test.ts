import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { FuzzResult } from '../../fuzz/command/closing-table.ts';

const COMMAND = fileURLToPath(new URL('../../scripts/fuzz.mjs', import.meta.url));

test('five hundred requests that nobody should make: no crash, no hang, the right answer to each, and it stays responsive', async () => {
  const args = [COMMAND, '--requests', '500', '--seed', '7'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const last = printed.trimEnd().split('\n').at(-1) ?? '';
  expect(last, `${printed}\n${errors}`).toMatch(/^\{"seed":7,/);
  const result = JSON.parse(last) as FuzzResult;
  expect(result, printed).toMatchObject({ requests: 500, crashes: 0, hangs: 0, wrongStatus: 0, responsive: true });
});
