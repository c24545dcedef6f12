import { openDuckDbResultStore } from '../../coordinator/adapters/duckdb/result-store.ts';
import { batchOf, storedResult } from './stored-results.ts';

/** Run in a process of its own: commits one result after the other and says so, until it is killed. */
export async function writeForEver(stateDirectory: string): Promise<never> {
  const store = await openDuckDbResultStore({ stateDirectory });
  for (let cell = 0; ; cell++) {
    await store.commit(batchOf({ results: [storedResult({ cell })] }));
    process.stdout.write(`${cell}\n`);
  }
}
