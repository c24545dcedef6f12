import { openDuckDbResultStore } from '../../coordinator/adapters/duckdb/result-store.ts';
import { createMemoryResultStore } from '../../coordinator/adapters/memory/result-store.ts';
import type { ResultStore } from '../../coordinator/ports.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export interface ResultStoreBench extends AsyncDisposable {
  readonly store: ResultStore;
}

export interface ResultStoreAdapter {
  readonly name: string;
  create(): Promise<ResultStoreBench>;
}

export const memoryAdapter: ResultStoreAdapter = {
  name: 'memory',
  async create() {
    const store = createMemoryResultStore();
    return { store, [Symbol.asyncDispose]: () => store.close() };
  },
};

export const duckDbAdapter: ResultStoreAdapter = {
  name: 'DuckDB',
  async create() {
    const folder = await temporaryFolder();
    const store = await openDuckDbResultStore({ stateDirectory: folder.path });
    return {
      store,
      async [Symbol.asyncDispose]() {
        await store.close();
        await folder[Symbol.asyncDispose]();
      },
    };
  },
};
