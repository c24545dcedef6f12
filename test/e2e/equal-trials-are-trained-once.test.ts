import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { openDashboard } from '../support/dashboard-page.ts';
import { fixture } from '../support/demo-process.ts';
import { startLiveCluster } from '../support/live-cluster.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface TrialJson {
  readonly attempt: number;
  readonly reusedFrom: string;
  readonly metrics: readonly { readonly name: string; readonly value: number }[];
}

test('a study that shares a configuration with an earlier one is given its result, by the commands and on the page', async () => {
  await using cluster = await startLiveCluster();
  await using folder = await temporaryFolder();
  const run = promisify(execFile);
  const tickwork = async (...words: string[]): Promise<string> =>
    (await run(process.execPath, [PROGRAM, '--coordinator', cluster.coordinator, ...words])).stdout;
  const trialsOf = async (sweep: string): Promise<readonly TrialJson[]> =>
    (JSON.parse(await tickwork('trials', sweep, '--json')) as { trials: TrialJson[] }).trials;

  await tickwork('submit', fixture('tiny-study.yaml'), '--wait');
  const [trained] = await trialsOf('tiny-1');
  const path = join(folder.path, 'wider.yaml');
  const tiny = await readFile(fixture('tiny-study.yaml'), 'utf8');
  await writeFile(path, tiny.replace('study: tiny', 'study: wider').replace('[A, B]', '[A, A-LRN]'));

  expect(await tickwork('plan', path)).not.toContain('reused');
  expect(await tickwork('plan', path, '--reuse')).toContain(
    '1 of them was trained in another sweep, and its result is reused: 1 is trained.',
  );
  const watched = await tickwork('submit', path, '--reuse', '--wait');
  expect(watched).toContain('reused from tiny-1/0');
  expect(watched).toContain('1 of these 2 results is that of an equal trial of another sweep.');
  expect(watched).toMatch(/wider-1 completed: 2 of 2 trials succeeded \(1 reused\)/);

  const [reused, own] = await trialsOf('wider-1');
  expect(reused).toMatchObject({ attempt: 0, reusedFrom: 'sweeps/tiny-1/trials/0', metrics: trained?.metrics });
  expect(own).toMatchObject({ attempt: 1, reusedFrom: '' });
  expect(await tickwork('why', 'wider-1', '0')).toContain('succeeded on worker-1: reused from tiny-1/0');
  expect(await tickwork('table', 'wider-1', '--format', 'csv')).toMatch(/,n,expected,reused,[^\n]+\n[^\n]+,1,1,1,/);

  await using browser = await browserOf();
  await using opened = await openDashboard(browser.browser, `http://${cluster.http}`, { path: '/sweeps/wider-1' });
  const { page, complaints } = opened;
  await page.getByRole('region', { name: /^Reused/ }).waitFor();
  expect(await page.locator('.counts').innerText()).toContain('1 reused');
  await expect.poll(() => page.locator('table.results tbody tr').first().innerText()).toContain('1 reused');
  await page.getByRole('link', { name: 'from tiny-1, trial 0' }).click();
  await page.getByRole('heading', { level: 1, name: 'Two shallow configurations on a few images' }).waitFor();
  expect(new URL(page.url()).pathname).toBe('/sweeps/tiny-1');
  expect(complaints).toEqual([]);
});

async function browserOf() {
  const browser = await launchBrowser();
  return { browser, [Symbol.asyncDispose]: () => browser.close() };
}
