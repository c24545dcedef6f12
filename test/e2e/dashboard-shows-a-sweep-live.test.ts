import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { buildDashboard } from '../support/built-dashboard.ts';
import { openDashboard } from '../support/dashboard-page.ts';
import { type RunningGateway, startGateway } from '../support/running-gateway.ts';
import { finishCell, type ScriptedSweep, vggSweep } from '../support/vgg-demo-world.ts';

let site: Awaited<ReturnType<typeof buildDashboard>>;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([buildDashboard(), launchBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

const live = (gateway: RunningGateway): ScriptedSweep => gateway.world.sweeps[0] as ScriptedSweep;

/** Pixels of the chart's canvas that are not background, counted in the page. */
const DRAWN_PIXELS = `(() => {
  const canvas = document.querySelector('.chart canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let drawn = 0;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 0) drawn++;
  return drawn;
})()`;

test('the page shows sweeps, the table beside the published values, curves, running trials and workers', {
  timeout: 60_000,
}, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  await using opened = await openDashboard(browser, gateway.origin);
  const { page, complaints } = opened;

  const sweeps = page.getByRole('navigation', { name: 'Sweeps' }).getByRole('link');
  await expect.poll(() => sweeps.count()).toBe(3);
  expect(await sweeps.first().getAttribute('aria-current')).toBe('page');
  expect(await sweeps.nth(1).textContent()).toContain('14 of 14 done');

  const rows = page.locator('table.results tbody tr');
  await expect.poll(() => rows.count()).toBe(7);
  const cells = (await rows.allInnerTexts()).map((text) => text.split('\t').map((cell) => cell.trim()));
  expect(cells.map((row) => row.at(-2))).toEqual(['29.6', '29.7', '28.7', '28.1', '27.0', '27.3', '25.6']);
  expect(cells[0]).toEqual(['A', 'S=32', '32', '32', '11', '236,074', '2/2', '13.34 ± 0.09', '29.6', '10.4']);
  expect(cells[5]?.[6]).toMatch(/^0\/2\s+1 failed \(diverged\)\s+1 pending$/);
  expect(await page.locator('.published-note').textContent()).toContain('Simonyan & Zisserman 2015');

  await page.locator('.chart canvas').waitFor();
  await expect.poll(() => page.evaluate<number>(DRAWN_PIXELS)).toBeGreaterThan(2000);
  await page.getByText('Last values as a table').click();
  await expect.poll(() => page.locator('.values tbody tr').count()).toBe(10);

  expect(await page.locator('.running-list li').count()).toBe(2);
  expect(await page.locator('.running-list li').first().textContent()).toContain(
    'epoch 3/3 · loss 0.442 · 1,290 img/s',
  );
  expect(await page.getByRole('region', { name: 'Workers', exact: true }).getByRole('row').nth(2).innerText()).toMatch(
    /gpu-b\s+connected\s+1\/1\s+97 %\s+2/,
  );
  expect(complaints).toEqual([]);
});

test('what changes at the coordinator changes on the page by itself, to the end', { timeout: 60_000 }, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  await using opened = await openDashboard(browser, gateway.origin);
  const { page, complaints } = opened;
  const n = page.locator('table.results tbody tr').nth(3).locator('td.n');
  await expect.poll(() => n.innerText()).toMatch(/^1\/2/);

  finishCell(live(gateway), 10);
  gateway.api.changed(live(gateway));
  await expect.poll(() => n.innerText()).toBe('2/2');
  await expect.poll(() => page.locator('.running-list li').count()).toBe(1);

  for (const cell of [5, 11, 12, 13]) finishCell(live(gateway), cell);
  Object.assign(live(gateway).sweep, { state: 'SWEEP_STATE_COMPLETED' });
  gateway.api.changed(live(gateway));
  await page.locator('.sweep-header .badge', { hasText: 'completed' }).waitFor();
  await expect.poll(() => page.locator('table.results tr.incomplete').count()).toBe(0);
  await expect.poll(() => gateway.api.openStreams).toBe(0);

  const newest = vggSweep('vgg-demo-later', new Date());
  gateway.world.sweeps.unshift(newest);
  await page.getByRole('link', { name: /vgg-demo-later/ }).waitFor();
  expect(complaints).toEqual([]);
});

test('a paused sweep, the difference from base, and why trials were stopped are there to be read', {
  timeout: 60_000,
}, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  await using opened = await openDashboard(browser, gateway.origin);
  const { page, complaints } = opened;
  await page.locator('table.results tbody tr').first().waitFor();
  expect(await page.locator('.decisions').count()).toBe(0);

  const scripted = live(gateway);
  const reason = 'rung 1: 31.2 is not among the best 2 of 6';
  Object.assign(scripted.trials[4] ?? {}, { state: 'TRIAL_STATE_STOPPED', stopReason: reason });
  Object.assign(scripted.sweep, {
    paused: true,
    decisions: [{ time: { seconds: 1_800_000_000, nanos: 0 }, reason: 'TPE: 1 more from 9 observations' }],
  });
  scripted.base = { config: 'A', scale: 'S=32' };
  gateway.api.changed(scripted);
  await page.locator('.sweep-header .badge', { hasText: 'paused' }).waitFor();
  await page.getByRole('navigation', { name: 'Sweeps' }).locator('.badge', { hasText: 'paused' }).waitFor();
  await page.getByRole('columnheader', { name: 'from base' }).waitFor();
  const rows = page.locator('table.results tbody tr');
  expect(await rows.nth(0).locator('.from-base').innerText()).toBe('base');
  expect(await rows.nth(1).locator('.from-base').innerText()).toBe('config A → A-LRN');
  expect(await rows.nth(1).innerText()).toMatch(/\+0\.\d\d ± 0\.\d\d/);

  await page.reload();
  const decisions = page.getByRole('region', { name: 'Decisions', exact: true }).first();
  await decisions.waitFor();
  expect(await decisions.innerText()).toContain('TPE: 1 more from 9 observations');
  expect(await decisions.innerText()).toContain(reason);
  expect(complaints).toEqual([]);
});

test('a name that looks like markup is only text', { timeout: 60_000 }, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  live(gateway).sweep.title = markup;
  live(gateway).trials[0]?.levels?.splice(0, 1, { factor: 'config', label: markup });
  await using opened = await openDashboard(browser, gateway.origin);
  const { page, complaints } = opened;
  await page.getByRole('heading', { level: 1, name: markup }).waitFor();
  await page.locator('table.results').getByText(markup).waitFor();
  const chart = page.locator('.chart');
  await chart.locator('canvas').waitFor();
  await chart.hover({ position: { x: 300, y: 120 } });
  await page.locator('.chart-tooltip').getByText(markup).waitFor();
  expect(await page.locator('img').count()).toBe(0);
  expect(await page.title()).toBe('Tickwork');
  expect(complaints).toEqual([]);
});
