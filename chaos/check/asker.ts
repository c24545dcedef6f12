import { randomUUID } from 'node:crypto';
import { credentials } from '@grpc/grpc-js';
import type { Sweep__Output as Sweep } from '../../proto/generated/tickwork/v1/Sweep.ts';
import { loadTickworkProto } from '../../proto/load.ts';

/** A person who asks the public API of whichever coordinator answers. */
export interface Asker {
  /** @returns the sweep's name. Tries until somebody takes it. */
  submit(studyYaml: string): Promise<string>;
  sweep(name: string): Promise<Sweep>;
  /** Records that workers hold without a receipt, as they last said. */
  outboxRecords(): Promise<number>;
  quarantined(): Promise<number>;
  /** The table as Parquet: a row for each committed (cell, metric). */
  parquet(name: string): Promise<Buffer>;
  /** Points of learning curves, each `cell.attempt.trainEpoch`. */
  reports(name: string): Promise<ReadonlySet<string>>;
  close(): void;
}

const DEADLINE_MS = 5_000;
const EXPORT_DEADLINE_MS = 60_000;
const PAGE = 10_000;

type Callback<T> = (error: Error | null, response?: T) => void;

/** @param addresses `host:port` of each coordinator. */
export function createAsker(addresses: readonly string[], sleep: (ms: number) => Promise<void>): Asker {
  const proto = loadTickworkProto();
  const stubs = addresses.map((address) => ({
    sweeps: new proto.SweepService(address, credentials.createInsecure()),
    results: new proto.ResultService(address, credentials.createInsecure()),
    cluster: new proto.ClusterService(address, credentials.createInsecure()),
  }));
  type Stub = (typeof stubs)[number];

  /** Of the first that answers. @throws the last one's error. */
  async function ask<T>(call: (stub: Stub) => Promise<T>): Promise<T> {
    let problem: unknown;
    for (const stub of stubs) {
      try {
        return await call(stub);
      } catch (error) {
        problem = error;
      }
    }
    throw problem;
  }

  function unary<T>(call: (options: { deadline: number }, done: Callback<T>) => void): Promise<T> {
    return new Promise((resolve, reject) =>
      call({ deadline: Date.now() + DEADLINE_MS }, (error, response) =>
        error ? reject(error) : resolve(response as T),
      ),
    );
  }

  const asker: Asker = {
    async submit(studyYaml) {
      const requestId = randomUUID();
      for (let tries = 0; ; tries++) {
        try {
          const sweep = await ask(({ sweeps }) =>
            unary<Sweep>((o, done) => sweeps.submitSweep({ requestId, studyYaml }, o, done)),
          );
          return sweep.name;
        } catch (error) {
          if (tries > 60) throw error;
          await sleep(1_000);
        }
      }
    },
    sweep: (name) => ask(({ sweeps }) => unary<Sweep>((o, done) => sweeps.getSweep({ name }, o, done))),
    async outboxRecords() {
      const { workers } = await ask(({ cluster }) =>
        unary<{ workers: readonly { readonly outboxRecords: number }[] }>((o, done) =>
          cluster.listWorkers({}, o, done),
        ),
      );
      return workers.reduce((total, { outboxRecords }) => total + outboxRecords, 0);
    },
    async quarantined() {
      const status = await ask(({ cluster }) =>
        unary<{ resultsQuarantined: number }>((o, done) => cluster.getStatus({}, o, done)),
      );
      return status.resultsQuarantined;
    },
    parquet: (name) =>
      ask(async ({ results }) => {
        const request = { table: { parent: name }, format: 'TABLE_FORMAT_PARQUET', allowIncomplete: true } as const;
        const chunks: Buffer[] = [];
        const stream = results.exportTable(request, { deadline: Date.now() + EXPORT_DEADLINE_MS });
        for await (const chunk of stream) chunks.push((chunk as { data: Buffer }).data);
        return Buffer.concat(chunks);
      }),
    async reports(name) {
      const found = new Set<string>();
      for (let pageToken = ''; ; ) {
        const page = await ask(({ results }) =>
          unary<{
            reports: readonly { readonly cell: number; readonly attempt: number; readonly trainEpoch: number }[];
            nextPageToken: string;
          }>((o, done) => results.listReports({ parent: name, pageSize: PAGE, pageToken }, o, done)),
        );
        for (const { cell, attempt, trainEpoch } of page.reports) found.add(`${cell}.${attempt}.${trainEpoch}`);
        pageToken = page.nextPageToken;
        if (pageToken === '') return found;
      }
    },
    close() {
      for (const { sweeps, results, cluster } of stubs) for (const stub of [sweeps, results, cluster]) stub.close();
    },
  };
  return asker;
}
