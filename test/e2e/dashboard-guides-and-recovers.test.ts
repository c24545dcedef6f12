import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { httpFailure } from '../../coordinator/gateway/http-errors.ts';
import { TickworkError } from '../../core/errors.ts';
import { launchBrowser } from '../support/browser.ts';
import { buildDashboard } from '../support/built-dashboard.ts';
import { openDashboard } from '../support/dashboard-page.ts';
import { startGateway } from '../support/running-gateway.ts';
import { finishCell, type ScriptedSweep } from '../support/vgg-demo-world.ts';

let site: Awaited<ReturnType<typeof buildDashboard>>;
let browser: Browser;

beforeAll(async () => {
  [site, browser] = await Promise.all([buildDashboard(), launchBrowser()]);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await site?.[Symbol.asyncDispose]();
});

test('an empty coordinator says what to do next', { timeout: 60_000 }, async () => {
  await using gateway = await startGateway({ staticRoot: site.path, world: { sweeps: [], workers: [] } });
  await using opened = await openDashboard(browser, gateway.origin);
  await opened.page.getByText('tickwork submit studies/demo.yaml').waitFor();
  await opened.page.getByText('tickwork worker', { exact: true }).waitFor();
  expect(opened.complaints).toEqual([]);
});

test('a sweep that does not exist is said so, beside those that do', { timeout: 60_000 }, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  await using opened = await openDashboard(browser, gateway.origin, { path: '/sweeps/nope' });
  await opened.page.getByRole('alert').getByText('Expected the name of a sweep, got "sweeps/nope"').waitFor();
  await opened.page.getByRole('link', { name: /vgg-demo-b07c/ }).click();
  await opened.page.locator('.sweep-header .badge', { hasText: 'completed' }).waitFor();
  expect(new URL(opened.page.url()).pathname).toBe('/sweeps/vgg-demo-b07c');
  await opened.page.goBack();
  await opened.page.getByRole('alert').waitFor();
});

test('a coordinator that goes away and comes back is noticed both times', { timeout: 60_000 }, async () => {
  const first = await startGateway({ staticRoot: site.path });
  await using opened = await openDashboard(browser, first.origin);
  const { page } = opened;
  const banner = page.getByText('Connection to the coordinator lost.');
  const n = page.locator('table.results tbody tr').nth(3).locator('td.n');
  await expect.poll(() => n.innerText()).toMatch(/^1\/2/);
  expect(await banner.count()).toBe(0);

  await first.close();
  await banner.waitFor();
  expect(await n.innerText()).toMatch(/^1\/2/);

  finishCell(first.world.sweeps[0] as ScriptedSweep, 10);
  await using second = await startGateway({ staticRoot: site.path, world: first.world, port: first.port });
  await banner.waitFor({ state: 'detached' });
  await expect.poll(() => n.innerText(), { timeout: 10_000 }).toBe('2/2');
  expect(second.api.openStreams).toBe(2);
});

test('a refusal that passes is asked again, and nothing is said of it', { timeout: 60_000 }, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  await using opened = await openDashboard(browser, gateway.origin);
  const { page } = opened;
  const rows = page.locator('table.results tbody tr');
  await rows.nth(3).waitFor();
  const all = await rows.count();
  const { body } = httpFailure(new TickworkError('RATE_LIMITED', 'Expected fewer calls, got more. Wait 1 s.'));
  await page.route('**/table:watch*', (route) => route.fulfill({ status: 429, json: body }), { times: 1 });
  await page.locator('.group-by input').last().click();
  await expect.poll(() => rows.count(), { timeout: 10_000 }).toBeLessThan(all);
  expect(await page.getByRole('alert').count()).toBe(0);
});

test('a refusal that stays is shown, and goes by itself when its reason has gone', { timeout: 60_000 }, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  await using opened = await openDashboard(browser, gateway.origin);
  const { page } = opened;
  const rows = page.locator('table.results tbody tr');
  await rows.nth(3).waitFor();
  const { body } = httpFailure(new TickworkError('PERMISSION_DENIED', 'Expected a viewer, got nobody.'));
  for (const path of ['**/table:watch*', '**/api/v1/sweeps?*'])
    await page.route(path, (route) => route.fulfill({ status: 403, json: body }), { times: 1 });
  await page.locator('.group-by input').last().click();
  await page.getByRole('alert').getByText('Could not load the table: Expected a viewer').waitFor();
  await rows.first().waitFor();
  await expect.poll(() => page.getByRole('alert').count(), { timeout: 10_000 }).toBe(0);
});

test('a coordinator that is away when the chart is to be loaded costs only the chart, and only so long', {
  timeout: 60_000,
}, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  await using context = await browser.newContext();
  const page = await context.newPage();
  let refused = 0;
  await page.route(/\/assets\/curve-chart-.*\.js/, (route) => (refused++ < 2 ? route.abort() : route.continue()));
  await page.goto(gateway.origin);
  await expect.poll(() => refused, { timeout: 20_000 }).toBeGreaterThan(1);
  await page.locator('table.results tbody tr').nth(3).waitFor();
  await page.locator('.chart canvas, .chart svg').first().waitFor();
});

test('keys alone choose a sweep, regroup the table, pick a metric, hide a curve and export', {
  timeout: 60_000,
}, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  await using opened = await openDashboard(browser, gateway.origin);
  const { page, complaints } = opened;
  const press = (...keys: string[]) =>
    keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const rows = page.locator('table.results tbody tr');
  await expect.poll(() => rows.count()).toBe(7);

  await page.getByRole('link', { name: /vgg-demo-b07c/ }).focus();
  await press('Enter');
  await page.locator('.sweep-header .badge', { hasText: 'completed' }).waitFor();

  await page.getByRole('checkbox', { name: 'scale' }).focus();
  await press('Space');
  await expect.poll(() => rows.count()).toBe(6);
  expect(await page.getByRole('checkbox', { name: 'config' }).isDisabled()).toBe(true);
  expect(await page.getByRole('link', { name: 'CSV' }).getAttribute('href')).toBe(
    '/api/v1/sweeps/vgg-demo-b07c/table:export?format=csv&groupBy=config&allowIncomplete=true',
  );

  await page.getByRole('combobox', { name: 'Metric' }).focus();
  await press('t', 'r');
  await page.getByRole('img', { name: /Line chart of train loss over training epochs, 14 lines/ }).waitFor();
  const entry = page.getByRole('button', { name: 'A-LRN · S=32' });
  await entry.focus();
  await press('Space');
  await page.getByRole('img', { name: /12 lines/ }).waitFor();
  expect(await entry.getAttribute('aria-pressed')).toBe('false');

  await page.getByRole('link', { name: 'CSV' }).focus();
  const [download] = await Promise.all([page.waitForEvent('download'), press('Enter')]);
  expect(download.suggestedFilename()).toBe('vgg-demo.csv');
  await download.delete();
  expect(complaints).toEqual([]);
});

test('on a telephone nothing is wider than the screen but the table, which scrolls by itself', {
  timeout: 60_000,
}, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  await using opened = await openDashboard(browser, gateway.origin, { width: 390 });
  await opened.page.locator('.chart canvas').waitFor();
  expect(await opened.page.evaluate<number>('document.documentElement.scrollWidth')).toBe(390);
  const widest = `(() => { const e = document.querySelector('.table-scroll'); return e.scrollWidth > e.clientWidth; })()`;
  expect(await opened.page.evaluate<boolean>(widest)).toBe(true);
});

test('a hidden tab gives its streams back and takes them up again', { timeout: 60_000 }, async () => {
  await using gateway = await startGateway({ staticRoot: site.path });
  await using opened = await openDashboard(browser, gateway.origin);
  await expect.poll(() => gateway.api.openStreams).toBe(2);
  const setHidden = (hidden: boolean) =>
    opened.page.evaluate(
      `Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${hidden} });
       document.dispatchEvent(new Event('visibilitychange'))`,
    );
  await setHidden(true);
  await expect.poll(() => gateway.api.openStreams).toBe(0);
  await setHidden(false);
  await expect.poll(() => gateway.api.openStreams).toBe(2);
});
