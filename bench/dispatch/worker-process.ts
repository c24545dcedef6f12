/** A real worker whose slots run idle-trial-process.ts: node worker-process.js '{"coordinator": ..., "slots": 16, "trialMs": 0, ...}' */
import { fileURLToPath } from 'node:url';
import { createLogger } from '../../runtime/logger.ts';
import { parseWorkerConfig } from '../../worker/config.ts';
import { runWorker } from '../../worker/main.ts';
import { TRIAL_MS } from './idle-trial-process.ts';

const { trialMs, ...settings } = JSON.parse(process.argv[2] ?? '{}') as { readonly trialMs: number };
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
process.once('disconnect', () => stopping.abort());
let free = (settings as { readonly slots?: number }).slots ?? 1;

await runWorker(parseWorkerConfig(settings, { hostname: 'bench', cpus: 2 }), {
  signal: stopping.signal,
  logger: createLogger('worker', 'warn'),
  trialProcess: fileURLToPath(new URL('./idle-trial-process.js', import.meta.url)),
  devices: [{ name: 'cpu', environment: { [TRIAL_MS]: String(trialMs) } }],
  onEvent(event) {
    // Starting processes is no part of any measurement.
    if (event.type === 'slot:state' && event.from === 'starting' && --free === 0)
      process.send?.({ type: 'ready', addresses: {} });
  },
});
if (process.connected) process.disconnect();
