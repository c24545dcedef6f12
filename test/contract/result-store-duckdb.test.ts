import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, test } from 'vitest';
import { openDuckDbResultStore } from '../../coordinator/adapters/duckdb/result-store.ts';
import { placeLocator } from '../support/locators.ts';
import { batchOf, storedReport, storedResult } from '../support/stored-results.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs test/support/store-writer.ts in a process of its own. */
function startWriter(stateDirectory: string) {
  const program = `
    import { runnerImport } from 'vite';
    const { module } = await runnerImport('./test/support/store-writer.ts', { configFile: false, logLevel: 'error' });
    await module.writeForEver(process.argv[1]);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, stateDirectory], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid,
    /** The cell whose commit has returned next; undefined at the end. */
    async committed(): Promise<number | undefined> {
      const line = await lines.next();
      return line.done ? undefined : Number(line.value);
    },
    async kill(): Promise<void> {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

describe('result store in DuckDB', { timeout: 60_000 }, () => {
  test('what a commit has returned for survives kill -9', async () => {
    await using folder = await temporaryFolder();
    const writer = startWriter(folder.path);
    let last = -1;
    try {
      while (last < 60) last = (await writer.committed()) ?? expect.fail('The writer ended by itself.');
    } finally {
      await writer.kill();
    }
    for (let more = await writer.committed(); more !== undefined; more = await writer.committed()) last = more;

    const store = await openDuckDbResultStore({ stateDirectory: folder.path });
    const { results } = await store.counts();
    expect(results).toBeGreaterThanOrEqual(last + 1);
    for (let cell = 0; cell <= last; cell++) expect(await store.result('s1', cell)).toEqual(storedResult({ cell }));
    const [group] = await store.aggregate('s1', { factors: [], locators: [] }, ['testError']);
    expect(group?.aggregate.n).toBe(results);
    await store.close();
  });

  test('a directory that another process holds is refused, with its pid', async () => {
    await using folder = await temporaryFolder();
    const writer = startWriter(folder.path);
    try {
      await writer.committed();
      await expect(openDuckDbResultStore({ stateDirectory: folder.path })).rejects.toMatchObject({
        code: 'STATE_DIRECTORY_IN_USE',
        message: expect.stringMatching(new RegExp(`${folder.path}.*process ${writer.pid}`)),
      });
    } finally {
      await writer.kill();
    }
    await (await openDuckDbResultStore({ stateDirectory: folder.path })).close();
  });

  test('a directory that this process holds is refused until it is closed', async () => {
    await using folder = await temporaryFolder();
    const stateDirectory = join(folder.path, 'new', 'state');
    const store = await openDuckDbResultStore({ stateDirectory });
    await expect(openDuckDbResultStore({ stateDirectory })).rejects.toMatchObject({ code: 'STATE_DIRECTORY_IN_USE' });
    await store.commit(batchOf({ results: [storedResult({ cell: 1 })], reports: [storedReport(1, 1, 1)] }));
    await store.close();
    await store.close();

    const again = await openDuckDbResultStore({ stateDirectory });
    expect(await again.result('s1', 1)).toEqual(storedResult({ cell: 1 }));
    expect(await again.reports({ sweepId: 's1', limit: 9 })).toHaveLength(1);
    await again.close();
  });

  test('a batch with one bad row is undone as a whole', async () => {
    await using folder = await temporaryFolder();
    const store = await openDuckDbResultStore({ stateDirectory: folder.path });
    await store.commit(batchOf({ results: [storedResult({ cell: 1 })] }));
    const bad = storedResult({ cell: 3, metrics: { testError: Number.NaN } });
    await expect(store.commit(batchOf({ results: [storedResult({ cell: 2 }), bad] }))).rejects.toThrow(/CHECK/);
    expect(await store.counts()).toMatchObject({ results: 1 });
    await store.commit(batchOf({ results: [storedResult({ cell: 2 })] }));
    expect(await store.counts()).toMatchObject({ results: 2 });
    await store.close();
  });

  test('a file that is no database, or of another version, is refused', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'results.duckdb'), 'no database '.repeat(1000));
    await expect(openDuckDbResultStore({ stateDirectory: folder.path })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });

    await using other = await temporaryFolder();
    await (await openDuckDbResultStore({ stateDirectory: other.path })).close();
    const instance = await DuckDBInstance.create(join(other.path, 'results.duckdb'));
    const connection = await instance.connect();
    await connection.run('UPDATE meta SET schema_version = 99');
    connection.closeSync();
    instance.closeSync();
    await expect(openDuckDbResultStore({ stateDirectory: other.path })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('99'),
    });
  });

  test('a database of schema version 1 opens with all that it has, and stays open-able', async () => {
    await using folder = await temporaryFolder();
    const old = await readFile(join(ROOT, 'test/fixtures/results-schema-1.duckdb.gz'));
    await writeFile(join(folder.path, 'results.duckdb'), gunzipSync(old));
    const known = storedResult({ cell: 8, trialKey: 'a', reusedFrom: { sweepId: 's0', cell: 2, attempt: 1 } });
    for (const extra of [[storedResult({ cell: 7, trialKey: 'a' }), known], []]) {
      const store = await openDuckDbResultStore({ stateDirectory: folder.path });
      for (const cell of [0, 1, 2]) expect(await store.result('s1', cell)).toEqual(storedResult({ cell }));
      expect(await store.reports({ sweepId: 's1', limit: 9 })).toHaveLength(2);
      expect((await store.dispositions(['s1.4.1.failure', 's1.0.2.result'])).size).toBe(2);
      expect(await store.withTrialKeys([''], 'other')).toEqual(new Map());
      await store.commit(batchOf({ results: [...extra, storedResult({ cell: 1 })] }));
      expect(await store.counts()).toEqual({ results: 5, quarantined: 0, superseded: 1 });
      expect([...(await store.withTrialKeys(['a'], 'other')).keys()]).toEqual(['a']);
      expect(await store.result('s1', 8)).toEqual(known);
      const [group] = await store.aggregate('s1', { factors: [], locators: [] }, ['testError']);
      expect(group?.aggregate.n).toBe(5);
      expect((await store.exportParquet('s1', [])).length).toBeGreaterThan(0);
      await store.close();
    }
  });

  test('Parquet has a row for each cell and metric, with the labels as columns', async () => {
    await using folder = await temporaryFolder();
    const stale = join(folder.path, 'export-abc');
    await mkdir(stale);
    const store = await openDuckDbResultStore({ stateDirectory: folder.path });
    const results = [0, 1, 2, 3].map((cell) =>
      storedResult({ cell, gridIndex: cell % 4, seed: 5, metrics: { testError: cell, trainLoss: cell + 0.5 } }),
    );
    const reusedFrom = { sweepId: 's0', cell: 7, attempt: 2 };
    const last = storedResult({ cell: 4, gridIndex: 0, seed: 6, metrics: { testError: 9 }, reusedFrom });
    await store.commit(batchOf({ results: [...results, last, storedResult({ sweepId: 'other', cell: 0 })] }));

    const nasty = '"; DROP TABLE results; --';
    const labels = ['O\'Brien"; DROP TABLE results; --', '$1 ? {} \\ ☃'];
    const bytes = await store.exportParquet('s1', [
      { name: nasty, labels, locator: placeLocator(2, labels.length) },
      { name: 'Cell', labels: ['x', 'y'], locator: placeLocator(1, 2) },
    ]);
    expect(await store.counts()).toMatchObject({ results: 6 });
    expect((await readdir(folder.path)).filter((name) => name.startsWith('export-'))).toEqual([]);

    const file = join(folder.path, 'read.parquet');
    await writeFile(file, bytes);
    const connection = await (await DuckDBInstance.create()).connect();
    const reader = await connection.runAndReadAll('SELECT * FROM read_parquet($1)', [file]);
    expect(reader.columnNames()).toEqual([
      'cell',
      'seed',
      nasty,
      'factor_Cell',
      'attempt',
      'worker',
      'reused_from',
      'metric',
      'value',
    ]);
    const rows = reader
      .getRowsJS()
      .map((row) => row.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
    expect(rows).toHaveLength(9);
    expect(rows[0]).toEqual([0, 5, labels[0], 'x', 1, 'worker-1', null, 'testError', 0]);
    expect(rows[7]).toEqual([3, 5, labels[1], 'y', 1, 'worker-1', null, 'trainLoss', 3.5]);
    expect(rows[8]).toEqual([4, 6, labels[0], 'x', 0, 'worker-1', 'sweeps/s0/trials/7', 'testError', 9]);
    connection.closeSync();

    const empty = await store.exportParquet('none', []);
    expect(Buffer.from(empty.subarray(0, 4)).toString()).toBe('PAR1');
    await store.close();
  });
});
