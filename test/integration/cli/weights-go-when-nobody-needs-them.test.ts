import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { holdWeights } from '../../../worker/training/checkpoints/weights-hold.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/cli-run.ts';
import { writeTree } from '../../support/image-files.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const HELD = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const MONTH_MS = 30 * 24 * 60 * 60 * 1000;

/** `vgg-demo` is a word of a study that is not over. */
const FILES = {
  old: `weights/old-base/seed-1/${OTHER}.weights`,
  held: `weights/old-base/seed-2/${HELD}.weights`,
  named: `weights/vgg-demo/seed-1/${OTHER}.weights`,
  young: `weights/new-base/seed-1/${OTHER}.weights`,
};

async function keep(root: string): Promise<void> {
  await writeTree(root, Object.fromEntries(Object.values(FILES).map((name) => [name, 'weights'])));
  await holdWeights(root, 'grid-1.0', 'test', HELD);
  const then = new Date(Date.now() - MONTH_MS);
  for (const name of [FILES.old, FILES.held, FILES.named]) await utimes(join(root, name), then, then);
}

test('weights are listed with what keeps them, and nothing is removed unasked', async () => {
  await using folder = await temporaryFolder();
  await keep(folder.path);
  const { code, out } = await server.run('weights', '--checkpoint-dir', folder.path);
  expect(code).toBe(0);
  expect(out).toMatch(/^old-base +seed-1 .* unused$/m);
  expect(out).toMatch(/^old-base +seed-2 .* held by a trial that may run again$/m);
  expect(out).toMatch(/^vgg-demo +seed-1 .* named by a study that is not over$/m);
  expect(out).toMatch(/^new-base +seed-1 .* young$/m);
  expect(await readdir(join(folder.path, 'weights', 'old-base'))).toHaveLength(2);
});

test('--prune removes what is old, not held by a trial and not named by a study that is not over', async () => {
  await using folder = await temporaryFolder();
  await keep(folder.path);
  const { code, out } = await server.run('weights', '--checkpoint-dir', folder.path, '--prune', '--json');
  expect(code).toBe(0);
  const { weights } = JSON.parse(out) as { weights: { name: string; seed: string; removed: boolean }[] };
  expect(weights.filter(({ removed }) => removed)).toMatchObject([{ name: 'old-base', seed: 'seed-1' }]);
  expect(
    (await readdir(join(folder.path, 'weights'), { recursive: true })).filter((name) => name.endsWith('.weights')),
  ).toHaveLength(3);
  expect(await readdir(join(folder.path, 'weights', 'old-base'))).toEqual(['seed-2']);
});

test('without a coordinator nothing is removed by guess', async () => {
  await using folder = await temporaryFolder();
  await keep(folder.path);
  const { code } = await server.run(
    ...['weights', '--checkpoint-dir', folder.path, '--prune', '--older-than', '0', '--coordinator', '127.0.0.1:1'],
  );
  expect(code).not.toBe(0);
  expect(await readdir(join(folder.path, 'weights', 'old-base'))).toHaveLength(2);
});

test('what commands have left goes with --prune when their sweep is over and it is old', async () => {
  await using folder = await temporaryFolder();
  const left = ['over-1.0', 'over-1.1', 'vgg-demo-3f9a.0'];
  await writeTree(folder.path, Object.fromEntries(left.map((cell) => [`outputs/${cell}/attempt-1/x`, '7'])));
  const then = new Date(Date.now() - MONTH_MS);
  for (const cell of ['over-1.0', 'vgg-demo-3f9a.0']) await utimes(join(folder.path, 'outputs', cell), then, then);
  const { code, out } = await server.run('weights', '--checkpoint-dir', folder.path, '--prune');
  expect(code).toBe(0);
  expect(out).toContain('Outputs of 2 cells of over-1: 1 unused, 1 removed.');
  expect(out).toContain('Outputs of 1 cells of vgg-demo-3f9a: the sweep is not over.');
  expect(await readdir(join(folder.path, 'outputs'))).toEqual(['over-1.1', 'vgg-demo-3f9a.0']);
});
