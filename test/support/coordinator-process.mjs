// A coordinator in a process of its own, for tests that kill it: node coordinator-process.mjs <dist> <settings as JSON>.
// Tells its addresses over IPC; SIGTERM stops it in order.
const [dist, settings] = process.argv.slice(2);
const { runCoordinator } = await import(`${dist}/coordinator/main.js`);
const { parseCoordinatorConfig } = await import(`${dist}/coordinator/config.js`);
const { createLogger } = await import(`${dist}/runtime/logger.js`);

const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
const orphaned = () => process.exit(1);
process.once('disconnect', orphaned);
await runCoordinator(parseCoordinatorConfig(JSON.parse(settings)), {
  signal: stopping.signal,
  logger: createLogger('coordinator', process.env.TEST_LOG ? 'debug' : 'silent'),
  onReady: (addresses) => process.send(addresses),
});
process.off('disconnect', orphaned);
process.disconnect();
