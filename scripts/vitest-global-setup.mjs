import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './bootstrap/build.mjs';

/** Builds dist/ once before tests that start the compiled command, unless it is up to date. Types are a gate of their own. */
export async function setup() {
  await ensureBuilt(fileURLToPath(new URL('..', import.meta.url)), { check: false });
}
