/**
 * A thousand workers in one process, each with a connection and a stream of its own: node simulated-workers-process.js '{...}'.
 * They speak the real protocol and deliver real records, but a trial is a timer. Says over IPC how long free slots have waited.
 */
import { credentials } from '@grpc/grpc-js';
import { connect } from 'nats';
import type { CoordinatorMessage__Output as CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { Lease__Output as Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import { loadTickworkProto } from '../../proto/load.ts';
import { PROTOCOL_VERSION } from '../../proto/protocol-version.ts';
import { encodeRecord, recordId, type TrialRecord } from '../../proto/records.ts';
import { parseSweepName } from '../../proto/resource-names.ts';
import { natsNames } from '../../proto/subjects.ts';
import { createWorkCall } from '../../worker/coordinator-stream/work-call.ts';

export interface SimulatedWorkersOptions {
  readonly coordinator: string;
  readonly natsUrl: string;
  readonly workers: number;
  /** Trials take so long, uniformly, ms. */
  readonly trialMs: readonly [number, number];
  /** Connections a second until all are there. */
  readonly rampPerS: number;
  /** What is measured begins when all are connected and have had their first cell. */
  readonly measureMs: number;
}

export interface SimulatedWorkersReport {
  /** Waits of slots that had become free, ms, in no order. */
  readonly waits: readonly number[];
  /** From Hello to the first assignment, while workers join. */
  readonly firstWaits: readonly number[];
}

const options = JSON.parse(process.argv[2] ?? '{}') as SimulatedWorkersOptions;
const { WorkerService } = loadTickworkProto();
const nats = await connect({ servers: options.natsUrl });
const jetStream = nats.jetstream();
const names = natsNames('tickwork');
const firstWaits: number[] = [];
let waits: number[] = [];
let measuring = false;

function startWorker(worker: string): void {
  const channel = { 'grpc.use_local_subchannel_pool': 1, 'grpc.enable_channelz': 0, 'grpc.enable_retries': 0 };
  const client = new WorkerService(options.coordinator, credentials.createInsecure(), channel);
  let current: Lease | undefined;
  let freeSince = performance.now();
  let first = true;

  async function deliver(lease: Lease, durationMs: number): Promise<void> {
    const record: TrialRecord = {
      kind: 'result',
      sweepId: parseSweepName(lease.sweep) ?? '',
      ...{ cell: lease.cell, attempt: lease.attempt, leaseId: lease.leaseId, epoch: lease.epoch, worker },
      metrics: { testError: 12.5 },
      provenance: {},
      durationMs,
      endedAt: Date.now(),
    };
    await jetStream.publish(names.recordSubject(worker), encodeRecord(record), { msgID: recordId(record) });
  }

  function run(lease: Lease): void {
    const now = performance.now();
    if (first) firstWaits.push(now - freeSince);
    else if (measuring) waits.push(now - freeSince);
    first = false;
    current = lease;
    call.send({ started: { lease } });
    const [least, most] = options.trialMs;
    const durationMs = least + Math.random() * (most - least);
    setTimeout(() => {
      current = undefined;
      freeSince = performance.now();
      call.send({ ended: { lease, durationMs } });
      void deliver(lease, durationMs);
    }, durationMs);
  }

  let sequence = 0;
  const beat = (): void =>
    void call.send({
      heartbeat: {
        sequence: ++sequence,
        running: current ? [{ lease: current }] : [],
        outboxRecords: 0,
        draining: false,
      },
    });
  const call = createWorkCall(client.work(), {
    onMessage(message: CoordinatorMessage) {
      if (message.welcome) setInterval(beat, message.welcome.heartbeatIntervalMs);
      if (message.assignment?.lease) run(message.assignment.lease);
    },
    onCongested: () => {},
  });
  call.send({
    hello: {
      ...{ worker, protocolVersion: PROTOCOL_VERSION, softwareVersion: 'bench', slots: 1, queue: 0 },
      ...{ devices: [], labels: {}, inFlight: [], ended: [], host: 'bench', pid: process.pid },
    },
  });
}

process.on('disconnect', () => process.exit(0));
for (let i = 0; i < options.workers; i++) {
  setTimeout(() => startWorker(`simulated-${i}`), (1_000 * i) / options.rampPerS);
}
while (firstWaits.length < options.workers) await new Promise((resolve) => setTimeout(resolve, 100));
measuring = true;
await new Promise((resolve) => setTimeout(resolve, options.measureMs));
const report: SimulatedWorkersReport = { waits, firstWaits };
waits = [];
process.send?.(report, undefined, undefined, () => process.exit(0));
