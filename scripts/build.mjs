// `npm run build`: the programs and the dashboard, into dist/. Plain JavaScript: it is part of what runs before `npm ci`.
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from './bootstrap/build.mjs';
import { reportFailure } from './bootstrap/report-failure.mjs';

await reportFailure(() => ensureBuilt(fileURLToPath(new URL('..', import.meta.url)), { force: true }));
