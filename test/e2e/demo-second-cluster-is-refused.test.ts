import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

test('a second cluster on the same folder is refused before it touches anything; the first goes on', async () => {
  await using folder = await temporaryFolder();
  const args = [
    'up',
    '--workers',
    '0',
    '--port',
    '0',
    '--http-port',
    '0',
    '--state-dir',
    join(folder.path, 'state'),
    '--json',
  ];
  const first = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(first, 'exit');
  try {
    const [line] = (await once(createInterface({ input: first.stdout }), 'line')) as [string];
    const { coordinator } = JSON.parse(line) as { coordinator: string };

    const second = await run(args);
    expect(second.code).toBe(4);
    expect(second.stderr).toContain('[STATE_DIRECTORY_IN_USE]');
    expect(JSON.parse(second.stdout)).toMatchObject({ exitCode: 4, error: { code: 'STATE_DIRECTORY_IN_USE' } });

    expect(await run(['--coordinator', coordinator, 'status', '--json'])).toMatchObject({ code: 0 });
  } finally {
    first.kill('SIGTERM');
  }
  expect(await exited).toEqual([0, null]);
});

function run(
  args: readonly string[],
): Promise<{ readonly code: unknown; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], { timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
}
