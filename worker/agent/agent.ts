import type { CommandPrefix } from '../../core/command/command.ts';
import type { FailureKind } from '../../core/trial/states.ts';
import { failureKindCodec } from '../../proto/enums.ts';
import type { CoordinatorMessage__Output as CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import type { Lease__Output as Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import type { StopTrial__Output as StopTrial } from '../../proto/generated/tickwork/v1/StopTrial.ts';
import type { Welcome__Output as Welcome } from '../../proto/generated/tickwork/v1/Welcome.ts';
import type { WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import type { Clock } from '../../runtime/clock.ts';
import { deferred } from '../../runtime/deferred.ts';
import type { CoordinatorStream, CoordinatorStreamListener } from '../coordinator-stream/coordinator-stream.ts';
import { createHeartbeats } from '../coordinator-stream/heartbeats.ts';
import type { Emit } from '../events.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Publisher } from '../publisher/publisher.ts';
import type { Slot } from '../slots/slot.ts';
import type { WorkerTimings } from '../timings.ts';
import { createDelivery } from './delivery.ts';
import { leaseOfFinalRecord } from './trial-record.ts';
import { createTrials } from './trials.ts';

/**
 * The worker's centre: what the coordinator says goes to the slots and the outbox, what the trials say goes to the
 * outbox and the coordinator. Its state:
 *
 * - `working`: takes assignments. The stream may be down; trials go on and the outbox fills.
 * - `draining`: the coordinator has said Drain, or drain() was called: finishes what runs, gives new assignments back. For good.
 * - `stopping`: shutdown() has been called; see there. For good.
 */
export type AgentState = 'working' | 'draining' | 'stopping';

export interface Agent {
  /** Rejects when the coordinator will never accept this worker: TickworkError WORKER_VERSION, WORKER_DUPLICATE, ... */
  readonly ended: Promise<void>;
  /** Takes nothing new and lets what runs finish. Idempotent. */
  drain(): void;
  /** Resolves when a draining worker has nothing left to do: every lease is settled and its record has its receipt. */
  readonly drained: Promise<void>;
  /**
   * Takes nothing new, stops the trials and gives their leases back as preempted, waits a bounded time for the receipts
   * of what the outbox holds, then ends the stream. Idempotent.
   */
  shutdown(): Promise<void>;
}

export interface AgentDeps {
  readonly worker: string;
  /** The Hello, less what changes from one stream to the next. */
  readonly introduction: Omit<Hello, 'inFlight' | 'ended' | 'draining'>;
  /** Used instead of the addresses that the coordinator names. */
  readonly natsServers: readonly string[] | undefined;
  /** What beginnings of commands this worker runs. */
  readonly allowedCommands: readonly CommandPrefix[];
  readonly outbox: Outbox;
  readonly publisher: Publisher;
  readonly slots: readonly Slot[];
  /** Forgets the checkpoints of a cell; see trial-messages.ts for its name. */
  readonly forgetCheckpoints: (cell: string) => Promise<void>;
  readonly openStream: (listener: CoordinatorStreamListener) => CoordinatorStream;
  readonly timings: WorkerTimings;
  readonly clock: Clock;
  readonly emit: Emit;
}

const SHUTDOWN_REASON = 'The worker is shutting down.';
/** Releases that wait for a stream; beyond that the coordinator learns from the leases that Hello does not name. */
const MAX_UNSENT_RELEASES = 1_000;
const RECEIPT_CHECK_MS = 50;
/** Whatever the coordinator asks for: a Welcome that leaves the interval out must not make a busy loop. */
const MIN_HEARTBEAT_MS = 50;

export function startAgent(deps: AgentDeps): Agent {
  const { worker, introduction, outbox, publisher, slots, timings, clock, emit } = deps;
  let state: AgentState = 'working';
  let connected = false;
  /** Leadership epoch of the last Welcome. */
  let epoch = 0;
  let rhythm = new AbortController();
  const unsentReleases: WorkerMessage[] = [];
  const drained = deferred<void>();

  const heartbeats = createHeartbeats({
    send: (message) => stream.send(message),
    outboxRecords: () => outbox.size,
    clock,
  });
  const delivery = createDelivery({ outbox, publisher, emit });
  const trials = createTrials({
    worker,
    slots,
    devices: Math.max(1, introduction.devices?.length ?? 0),
    clock,
    emit,
    keep: delivery.keep,
    allowedCommands: deps.allowedCommands,
    forgetCheckpoints: deps.forgetCheckpoints,
    queue: introduction.queue ?? 0,
    queuePatienceMs: timings.queuePatienceMs,
    sayEnded: (lease, durationMs) => void stream.send({ ended: { lease, durationMs } }),
    sayStarted: (lease) => void stream.send({ started: { lease } }),
    sayReleased,
    heartbeat: heartbeats.apply,
    onLetGo: endWhenDrained,
  });

  function enter(next: Exclude<AgentState, 'working'>): void {
    if (state === 'stopping' || state === next) return;
    emit({ type: 'agent:state', from: state, to: next });
    state = next;
    trials.refuse({ kind: 'preempted', message: next === 'stopping' ? SHUTDOWN_REASON : 'The worker is draining.' });
    heartbeats.apply({ kind: 'draining', draining: true });
    endWhenDrained();
  }

  function endWhenDrained(): void {
    if (state === 'draining' && trials.held().length === 0) drained.resolve();
  }

  function sayReleased(lease: Lease, kind: FailureKind, message: string): void {
    const released: WorkerMessage = { released: { lease, kind: failureKindCodec.encode(kind), message } };
    if (!stream.send(released) && unsentReleases.length < MAX_UNSENT_RELEASES) unsentReleases.push(released);
  }

  /** A coordinator that names no usable NATS is an outage like any other: the outbox holds what there is. */
  function connectPublisher(servers: readonly string[], namespace: string): void {
    try {
      publisher.connect({ servers, namespace });
    } catch (error) {
      emit({ type: 'nats:unreachable', servers, error: error instanceof Error ? error.message : String(error) });
    }
  }

  function onWelcome(welcome: Welcome): void {
    epoch = welcome.epoch;
    connectPublisher(deps.natsServers ?? welcome.natsServers, welcome.natsNamespace);
    heartbeats.start(Math.max(MIN_HEARTBEAT_MS, welcome.heartbeatIntervalMs));
    // Said before perhaps, but nobody knows whether the last stream carried it.
    for (const lease of trials.started()) stream.send({ started: { lease } });
    for (const release of unsentReleases.splice(0)) stream.send(release);
    rhythm.abort();
    rhythm = new AbortController();
    void reconcile(rhythm.signal);
  }

  /**
   * Receipts can get lost with a stream, and acknowledged messages with a NATS server: compare notes, again and again.
   */
  async function reconcile(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const recordIds of delivery.unreceipted()) stream.send({ unreceipted: { recordIds: [...recordIds] } });
      await clock.sleep(timings.reconcileEveryMs, signal);
    }
  }

  function onMessage(message: CoordinatorMessage): void {
    switch (message.message) {
      case 'assignment':
        return message.assignment ? trials.assign(message.assignment, epoch) : undefined;
      case 'receipts':
        return message.receipts ? trials.delivered(delivery.receive(message.receipts)) : undefined;
      case 'stop':
        return message.stop?.lease ? onStop(message.stop.lease, message.stop) : undefined;
      case 'drain':
        return enter('draining');
      // A second Welcome, or a message of a newer coordinator: nothing this worker could act on.
      case 'welcome':
      case undefined:
        return;
    }
  }

  function onStop(lease: Lease, { reason, unlessBegun }: StopTrial): void {
    if (unlessBegun) trials.recall(lease, reason);
    else trials.stop(lease, reason);
  }

  function onFlow(flow: 'down' | 'open' | 'congested'): void {
    connected = flow !== 'down';
    heartbeats.apply({ kind: 'stream', stream: flow });
    if (connected) return;
    heartbeats.stop();
    rhythm.abort();
  }

  /**
   * Without a stream no receipt can come; then it is enough that JetStream has everything. Without NATS too, nothing
   * can.
   */
  async function waitForReceipts(): Promise<void> {
    const deadline = clock.now() + timings.receiptWaitMs;
    const hopeful = (): boolean => connected || (publisher.connected && publisher.unacknowledged > 0);
    while (outbox.size > 0 && hopeful() && clock.now() < deadline) {
      await clock.sleep(RECEIPT_CHECK_MS);
    }
    if (outbox.size > 0) emit({ type: 'shutdown:unreceipted', records: outbox.size });
  }

  async function shutdown(): Promise<void> {
    enter('stopping');
    await trials.close(SHUTDOWN_REASON);
    await outbox.flush();
    await waitForReceipts();
    heartbeats.stop();
    rhythm.abort();
    await stream.close();
  }

  emit({ type: 'outbox:opened', ...outbox.found });
  for (const id of outbox.ids()) {
    const lease = leaseOfFinalRecord(outbox.get(id) ?? new Uint8Array(0));
    if (lease) trials.resumeDelivery(lease, id);
  }
  const stream = deps.openStream({
    hello: () => ({
      ...introduction,
      inFlight: [...trials.held()],
      ended: [...trials.ended()],
      draining: state !== 'working',
    }),
    onWelcome,
    onMessage,
    onFlow,
  });

  let done: Promise<void> | undefined;
  return {
    ended: stream.ended,
    drain: () => enter('draining'),
    drained: drained.promise,
    shutdown: () => (done ??= shutdown()),
  };
}
