import type { Browser, Page } from 'playwright-core';
import { onTestFailed } from 'vitest';

export interface DashboardPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught exceptions, requests that left the origin or failed. Empty on a healthy page. */
  readonly complaints: readonly string[];
}

export interface DashboardPageOptions {
  readonly path?: string;
  readonly width?: number;
}

/** Opens the page in a context of its own (no cache, no cookies shared) and writes down whatever goes wrong in it. */
export async function openDashboard(
  browser: Browser,
  origin: string,
  options: DashboardPageOptions = {},
): Promise<DashboardPage> {
  const context = await browser.newContext({ viewport: { width: options.width ?? 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  context.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`left the origin: ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  onTestFailed(() => console.log('The page complained of:', complaints));
  await page.goto(`${origin}${options.path ?? '/'}`);
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}
