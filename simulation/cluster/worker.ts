import type { Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import { PROTOCOL_VERSION, SOFTWARE_VERSION } from '../../proto/protocol-version.ts';
import { startAgent } from '../../worker/agent/agent.ts';
import { openCoordinatorStream } from '../../worker/coordinator-stream/coordinator-stream.ts';
import type { WorkCalls } from '../../worker/coordinator-stream/work-call.ts';
import type { Emit } from '../../worker/events.ts';
import { openOutbox } from '../../worker/outbox/outbox.ts';
import { createNatsLink } from '../../worker/publisher/nats-link.ts';
import { createPublisher } from '../../worker/publisher/publisher.ts';
import { createSlot } from '../../worker/slots/slot.ts';
import { WORKER_TIMINGS } from '../../worker/timings.ts';
import type { Checker } from '../check/checker.ts';
import { flawedCalls, flawedSession } from '../check/flawed-parts.ts';
import type { Flaws } from '../check/planted-bugs.ts';
import type { Disk } from '../disk/disk.ts';
import type { NatsNetwork } from '../nats/nats-network.ts';
import { connectWorker } from '../nats/worker-session.ts';
import type { WorkNetwork } from '../network/work-network.ts';
import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { startSimulatedTrialProcess } from './trial-process.ts';

export interface WorkerDeps {
  readonly name: string;
  readonly process: Process;
  /** Unique among the processes of this worker. */
  readonly pid: number;
  readonly slots: number;
  readonly disk: Disk;
  readonly scheduler: Scheduler;
  readonly nats: NatsNetwork;
  readonly work: WorkNetwork;
  /** Addresses of the coordinators. */
  readonly coordinators: readonly string[];
  readonly checker: Checker;
  readonly flaws: Flaws;
  readonly random: Random;
  readonly mishap: number;
  readonly slowness: number;
  /** For people who follow a run. */
  readonly remark?: (what: string) => void;
}

/** Trials take seconds here, where the product's queues are for those of milliseconds. */
const QUEUE_PER_SLOT = 2;
const QUEUE_PATIENCE_MS = 6_000;

/** A worker's process: what worker/main.ts wires, on simulated adapters. */
export interface SimulatedWorker {
  /** Records in its outbox; infinitely many until it is open and shows them. */
  readonly outboxSize: number;
  /** Resolves when it has ended by itself, with the reason. Never once the process is dead. */
  readonly ended: Promise<unknown>;
  /** As after SIGTERM. */
  stop(): Promise<void>;
}

export function startWorker(deps: WorkerDeps): SimulatedWorker {
  const { name, process, pid, slots, disk, scheduler, nats, work, checker, flaws, random, mishap, slowness, remark } =
    deps;
  const { clock } = process;
  let outboxSize = (): number => Number.POSITIVE_INFINITY;
  let release = async (): Promise<void> => {};

  async function run(): Promise<unknown> {
    const outbox = await openOutbox(disk.open(process), { clock });
    for (const id of outbox.ids()) {
      // An earlier process may have died after the write and before it knew.
      const record = checker.records.kept(id, outbox.get(id) ?? new Uint8Array(0));
      if (record?.kind === 'failure') checker.log.mayEnd(record.leaseId);
      const leaseId = checker.records.leaseOf(id);
      if (leaseId !== undefined) checker.leases.holds(process, leaseId);
    }
    if (flaws.outboxNotRead) outbox.forget(outbox.ids());
    outboxSize = () => outbox.size;

    const emit: Emit = (event) => {
      remark?.(`${process.name} ${JSON.stringify(event)}`);
      switch (event.type) {
        case 'record:kept': {
          const record = checker.records.kept(event.recordId, outbox.get(event.recordId) ?? new Uint8Array(0));
          if (record?.kind === 'failure') checker.log.mayEnd(record.leaseId);
          return;
        }
        case 'record:receipted': {
          const leaseId = checker.records.leaseOf(event.recordId);
          return leaseId === undefined ? undefined : checker.leases.letsGo(process, leaseId);
        }
        case 'trial:assigned':
          return checker.leases.begins(process, name, event.leaseId, checker.log.holders.get(event.leaseId));
        case 'trial:released':
          if (event.message.startsWith('Expected a free slot'))
            checker.violations.add('a slot is granted once', `${process.name} had no slot for ${event.leaseId}`);
          return checker.leases.letsGo(process, event.leaseId);
        case 'stream:open':
          return checker.leases.follows(process);
        default:
          return;
      }
    };
    const publisher = createPublisher({
      ...{ worker: name, outbox, timings: WORKER_TIMINGS, clock, random: process.random, emit },
      openLink: (options) =>
        createNatsLink(options, async () => flawedSession(flaws, await connectWorker(nats, process), outbox)),
    });
    const agent = startAgent({
      worker: name,
      introduction: {
        ...{ worker: name, slots, pid, host: process.machine.name, queue: QUEUE_PER_SLOT * slots },
        // Two sizes of device: who runs out of memory on a small one is sent to a large one.
        devices: [{ name: 'cpu', executor: 'cpu', memoryBytes: name.endsWith('1') ? 2 ** 31 : 2 ** 30, threads: 1 }],
        protocolVersion: PROTOCOL_VERSION,
        softwareVersion: SOFTWARE_VERSION,
      },
      natsServers: undefined,
      allowedCommands: [],
      outbox,
      publisher,
      slots: Array.from({ length: slots }, (_, index) =>
        createSlot({
          index,
          startProcess: (listener) =>
            startSimulatedTrialProcess({ scheduler, agent: process, random, mishap, slowness }, listener),
          options: {
            datasetRoots: [],
            checkpointFolder: '',
            commandFolder: '',
            loaderThreads: 0,
            pixelCacheBytes: 0,
            executor: {
              name: 'cpu',
              device: 'cpu',
              precision: 'float32',
              deterministic: true,
              threads: 1,
              cacheFolder: '',
            },
            checkFirstBatch: false,
          },
          ...{ stopGraceMs: WORKER_TIMINGS.stopGraceMs, clock, random: process.random, emit },
        }),
      ),
      // Its trials save nothing.
      forgetCheckpoints: async () => {},
      openStream: (listener) =>
        openCoordinatorStream({
          calls: flawedCalls(flaws, watchedCalls(work.calls(process, deps.coordinators), process, checker), outbox),
          ...{ listener, timings: WORKER_TIMINGS, clock, random: process.random, emit },
        }),
      ...{ timings: { ...WORKER_TIMINGS, queuePatienceMs: QUEUE_PATIENCE_MS }, clock, emit },
    });
    release = async () => {
      await agent.shutdown();
      await publisher.close();
      await outbox.close();
    };
    return agent.ended.catch((error: unknown) => error);
  }

  return {
    get outboxSize() {
      return outboxSize();
    },
    ended: run().catch((error: unknown) => error),
    stop: () => release(),
  };
}

/** Tells the checker which leases the worker names on the wire, and which it was told to stop. */
function watchedCalls(calls: WorkCalls, process: Process, checker: Checker): WorkCalls {
  const idsOf = (leases: readonly (Lease | null | undefined)[]): string[] =>
    leases.flatMap((lease) => (lease?.leaseId ? [lease.leaseId] : []));
  return {
    ...calls,
    open(listener) {
      const call = calls.open({
        ...listener,
        onMessage(message) {
          if (message.stop?.lease && !message.stop.unlessBegun)
            checker.leases.letsGo(process, message.stop.lease.leaseId);
          listener.onMessage(message);
        },
      });
      return {
        ...call,
        send(message) {
          if (message.hello) checker.leases.names(process, idsOf(message.hello.inFlight ?? []));
          if (message.heartbeat)
            checker.leases.names(process, idsOf((message.heartbeat.running ?? []).map(({ lease }) => lease)));
          return call.send(message);
        },
      };
    },
  };
}
