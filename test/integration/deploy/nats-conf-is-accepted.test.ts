import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { parseNatsVersion } from '../../../cli/local/nats-spec.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const run = promisify(execFile);
const file = fileURLToPath(new URL('../../../deploy/nats.conf', import.meta.url));

it('the nats-server of this machine accepts deploy/nats.conf', async () => {
  await using folder = await temporaryFolder();
  const [major, minor] = parseNatsVersion((await run('nats-server', ['--version'])).stdout) ?? [0, 0];
  const text = (await readFile(file, 'utf8')).replace('/data', folder.path);
  expect(text).toMatch(/sync_interval: always/);
  const known = major > 2 || minor >= 10;
  const copy = join(folder.path, 'nats.conf');
  // The one option that servers before 2.10 refuse.
  await writeFile(copy, known ? text : text.replace(/^\s*sync_interval:.*$/m, ''));
  const { stdout, stderr } = await run('nats-server', ['-t', '-c', copy], { timeout: 20_000 });
  expect(stdout + stderr).toMatch(/configuration file .* is valid/);
});
