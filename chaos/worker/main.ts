import { fileURLToPath } from 'node:url';
import { createLogger } from '../../runtime/logger.ts';
import { parseWorkerConfig } from '../../worker/config.ts';
import { runWorker } from '../../worker/main.ts';
import type { RecordNews } from './record-news.ts';

/**
 * The product's worker, whole, with trials that train nothing: `node main.js SETTINGS`. Tells its parent of the records
 * that it has promised to deliver and of their receipts; ends when the parent does.
 */
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
const orphaned = (): never => process.exit(1);
process.once('disconnect', orphaned);

const tell = (news: RecordNews): void => void process.send?.(news, undefined, undefined, () => undefined);

await runWorker(parseWorkerConfig(JSON.parse(process.argv[2] as string), { hostname: 'chaos', cpus: 2 }), {
  signal: stopping.signal,
  logger: createLogger('worker', 'info'),
  trialProcess: fileURLToPath(new URL('./trial-process.js', import.meta.url)),
  onEvent(event) {
    if (event.type === 'record:kept') tell({ type: 'kept', id: event.recordId });
    if (event.type === 'record:receipted') tell({ type: 'receipted', id: event.recordId });
  },
});
process.off('disconnect', orphaned);
process.disconnect?.();
