// A worker in a process of its own, for tests that kill it: node worker-process.mjs <dist> <settings as JSON> <trial process>.
// Tells its events over IPC; SIGTERM stops it in order.
const [dist, settings, trialProcess] = process.argv.slice(2);
const { runWorker } = await import(`${dist}/worker/main.js`);
const { parseWorkerConfig } = await import(`${dist}/worker/config.js`);
const { createLogger } = await import(`${dist}/runtime/logger.js`);

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
await runWorker(parseWorkerConfig(JSON.parse(settings), { hostname: 'here', cpus: 2 }), {
  signal: stopping.signal,
  logger: createLogger('worker', 'silent'),
  trialProcess,
  onEvent: (event) => process.send?.(event, () => {}),
});
process.disconnect?.();
