import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, nanos } from 'nats';
import type { CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import { decodeRecord, type TrialRecord } from '../../proto/records.ts';
import { natsNames } from '../../proto/subjects.ts';
import { createLifecycle } from '../../runtime/lifecycle.ts';
import { createLogger } from '../../runtime/logger.ts';
import { parseWorkerConfig, type WorkerConfigInput } from '../../worker/config.ts';
import type { WorkerEvent } from '../../worker/events.ts';
import { type RunWorkerOptions, runWorker } from '../../worker/main.ts';
import { eventually } from './eventually.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';
import { type ScriptedCoordinator, startScriptedCoordinator } from './scripted-coordinator.ts';
import SCRIPTS from './scripted-trials.json' with { type: 'json' };
import { temporaryFolder } from './temporary-folder.ts';
import { SHORT_TRIAL } from './trials.ts';

export type Script = keyof typeof SCRIPTS;

const NAMESPACE = 'test';
const SWEEP = 'sweeps/grid-1';

/**
 * A worker's surroundings: a real NATS with the record stream, a scripted coordinator, a state folder that outlives
 * workers.
 */
export interface WorkerHarness extends AsyncDisposable {
  readonly nats: NatsServer;
  readonly coordinator: ScriptedCoordinator;
  readonly folder: string;
  startWorker(config?: Partial<WorkerConfigInput>, options?: Partial<RunWorkerOptions>): StartedWorker;
  /** What JetStream holds, oldest first. */
  records(): Promise<readonly StoredRecord[]>;
  /** Waits for a record with this id to be in JetStream. */
  record(id: string): Promise<StoredRecord>;
  /** Empties the stream and forgets its message ids, as a NATS server that loses what it had acknowledged. */
  loseRecords(): Promise<void>;
}

export interface StoredRecord {
  readonly id: string;
  readonly subject: string;
  readonly record: TrialRecord;
}

export interface StartedWorker {
  readonly events: readonly WorkerEvent[];
  /** The first event of this type, past or future, that satisfies `which`. */
  event<T extends WorkerEvent['type']>(
    type: T,
    which?: (event: Extract<WorkerEvent, { type: T }>) => boolean,
  ): Promise<Extract<WorkerEvent, { type: T }>>;
  /** SIGTERM's way. */
  stop(): Promise<void>;
  readonly ended: Promise<void>;
}

export const TRIAL_PROCESS = fileURLToPath(new URL('./scripted-trial-process.mjs', import.meta.url));

export async function startWorkerHarness(): Promise<WorkerHarness> {
  const lifecycle = createLifecycle();
  const folder = await temporaryFolder();
  lifecycle.add('folder', async () => folder[Symbol.asyncDispose]());
  const nats = await startNatsServer();
  lifecycle.add('nats', async () => nats[Symbol.asyncDispose]());
  const names = natsNames(NAMESPACE);

  async function createStream(): Promise<void> {
    await withConnection(nats, async (connection) => {
      const manager = await connection.jetstreamManager();
      await manager.streams.add({
        name: names.recordStream,
        subjects: [names.recordSubjects],
        duplicate_window: nanos(120_000),
      });
    });
  }
  await createStream();

  const coordinator = await startScriptedCoordinator({
    epoch: 7,
    heartbeatIntervalMs: 50,
    leaseDurationMs: 2_000,
    natsServers: [nats.url],
    natsNamespace: NAMESPACE,
    coordinatorVersion: 'scripted',
  });
  lifecycle.add('coordinator', async () => coordinator[Symbol.asyncDispose]());

  async function records(): Promise<readonly StoredRecord[]> {
    return withConnection(nats, async (connection) => {
      const manager = await connection.jetstreamManager();
      const { state } = await manager.streams.info(names.recordStream);
      const stored: StoredRecord[] = [];
      for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; seq++) {
        const message = await manager.streams.getMessage(names.recordStream, { seq });
        const decoded = decodeRecord(message.data);
        if ('problem' in decoded) throw new Error(decoded.problem);
        stored.push({ id: message.header.get('Nats-Msg-Id'), subject: message.subject, record: decoded.record });
      }
      return stored;
    });
  }

  return {
    nats,
    coordinator,
    folder: folder.path,
    startWorker(config = {}, options = {}) {
      const stopping = new AbortController();
      const events: WorkerEvent[] = [];
      const ended = runWorker(
        parseWorkerConfig(
          {
            coordinator: coordinator.address,
            name: 'w1',
            stateDir: join(folder.path, 'state'),
            datasetRoots: [folder.path],
            threadsPerSlot: 1,
            ...config,
          },
          { hostname: 'here', cpus: 2 },
        ),
        {
          signal: stopping.signal,
          logger: createLogger('worker', 'silent'),
          trialProcess: TRIAL_PROCESS,
          onEvent: (event) => events.push(event),
          ...options,
          timings: { receiptWaitMs: 300, ...options.timings },
        },
      );
      ended.catch(() => undefined);
      const worker: StartedWorker = {
        events,
        event(type, which = () => true) {
          type Wanted = Extract<WorkerEvent, { type: typeof type }>;
          const isWanted = (event: WorkerEvent): event is Wanted => event.type === type && which(event as Wanted);
          return eventually(`event ${type}`, () => events.find(isWanted));
        },
        stop() {
          stopping.abort();
          return ended;
        },
        ended,
      };
      lifecycle.add('worker', () => worker.stop().catch(() => undefined));
      return worker;
    },
    records,
    record: (id) =>
      eventually(`record ${id} in JetStream`, async () => (await records()).find((stored) => stored.id === id)),
    async loseRecords() {
      await withConnection(nats, async (connection) => {
        await (await connection.jetstreamManager()).streams.delete(names.recordStream);
      });
      await createStream();
    },
    [Symbol.asyncDispose]: lifecycle.release,
  };
}

export function lease(cell: number, changes: Partial<Lease> = {}): Lease & { readonly leaseId: string } {
  return { leaseId: `lease-${cell}`, sweep: SWEEP, cell, attempt: 1, epoch: 7, ...changes };
}

/** A trial that follows `script`; parameters are those of a real one. */
export function assignment(cell: number, script: Script, changes: Partial<Lease> = {}): CoordinatorMessage {
  const trialJson = JSON.stringify({ parameters: SHORT_TRIAL, seed: SCRIPTS[script] });
  return { assignment: { lease: lease(cell, changes), trialJson, title: `cell ${cell}` } };
}

/** Receipts for these records, as given after a commit. */
export function receipts(...recordIds: readonly string[]): CoordinatorMessage {
  return {
    receipts: { receipts: recordIds.map((recordId) => ({ recordId, disposition: 'DISPOSITION_COMMITTED', epoch: 7 })) },
  };
}

async function withConnection<T>(
  nats: NatsServer,
  use: (connection: Awaited<ReturnType<typeof connect>>) => Promise<T>,
): Promise<T> {
  const connection = await connect({ servers: nats.url });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}
