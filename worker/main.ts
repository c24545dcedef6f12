import { hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROTOCOL_VERSION, SOFTWARE_VERSION } from '../proto/protocol-version.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { createLifecycle } from '../runtime/lifecycle.ts';
import type { Logger } from '../runtime/logger.ts';
import { startAgent } from './agent/agent.ts';
import type { WorkerConfig } from './config.ts';
import { openCoordinatorStream } from './coordinator-stream/coordinator-stream.ts';
import { createEventLog } from './event-log.ts';
import type { Emit, WorkerEvent } from './events.ts';
import { openOutbox } from './outbox/outbox.ts';
import { createPublisher } from './publisher/publisher.ts';
import { childEnvironment } from './slots/child-environment.ts';
import { createSlot } from './slots/slot.ts';
import { WORKER_TIMINGS, type WorkerTimings } from './timings.ts';
import type { ExecutorChoice } from './trial-messages.ts';

export interface RunWorkerOptions {
  /** Shuts the worker down in order; see Agent.shutdown. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly timings?: Partial<WorkerTimings>;
  /** Path of the module that each slot runs in a process of its own. */
  readonly trialProcess?: string;
  /** What trial processes need in their environment besides what they inherit. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly protocolVersion?: number;
  /** What it throws is logged and changes nothing. */
  readonly onEvent?: (event: WorkerEvent) => void;
}

/**
 * Runs a worker until `signal` aborts.
 * @throws TickworkError STATE_DIRECTORY_IN_USE at the start; WORKER_VERSION, WORKER_DUPLICATE or ARGUMENT_INVALID when
 * the coordinator will not have it, after an orderly shutdown.
 */
export async function runWorker(config: WorkerConfig, options: RunWorkerOptions): Promise<void> {
  const { signal, clock = systemClock, random = Math.random, onEvent } = options;
  const timings = { ...WORKER_TIMINGS, ...options.timings };
  const logEvent = createEventLog(options.logger);
  const emit: Emit = (event) => {
    logEvent(event);
    try {
      onEvent?.(event);
    } catch (error) {
      options.logger.error({ error: String(error) }, 'A listener of worker events has thrown.');
    }
  };

  await using lifecycle = createLifecycle();
  const outbox = await openOutbox(join(config.stateDir, 'outbox'), {
    clock,
    onDiskError: (error) => emit({ type: 'outbox:disk-refused', error: String(error) }),
  });
  lifecycle.add('outbox', outbox.close);

  const publisher = createPublisher({ worker: config.name, outbox, timings, clock, random, emit });
  lifecycle.add('publisher', publisher.close);

  const entry = options.trialProcess ?? fileURLToPath(new URL('./training/trial-process.js', import.meta.url));
  const slots = Array.from({ length: config.slots }, (_, index) =>
    createSlot({
      index,
      process: { entry, environment: { ...childEnvironment(process.env), ...options.environment } },
      options: { datasetRoots: config.datasetRoots, executor: executorOf(config) },
      stopGraceMs: timings.stopGraceMs,
      clock,
      random,
      emit,
    }),
  );
  lifecycle.add(
    'slots',
    async () => void (await Promise.all(slots.map((slot) => slot.close('The worker is ending.')))),
  );

  const agent = startAgent({
    worker: config.name,
    introduction: introduction(config, options.protocolVersion ?? PROTOCOL_VERSION),
    natsServers: config.natsServers,
    outbox,
    publisher,
    slots,
    openStream: (listener) =>
      openCoordinatorStream({ address: config.coordinator, listener, timings, clock, random, emit }),
    timings,
    clock,
    emit,
  });
  lifecycle.add('agent', agent.shutdown);

  await Promise.race([agent.ended, aborted(signal)]);
}

function executorOf(config: WorkerConfig): ExecutorChoice {
  const {
    executor: name,
    device,
    precision,
    deterministic,
    threadsPerSlot: threads,
    engineCache: cacheFolder,
  } = config;
  return { name, device, precision, deterministic, threads, cacheFolder };
}

function introduction(config: WorkerConfig, protocolVersion: number) {
  return {
    worker: config.name,
    protocolVersion,
    softwareVersion: SOFTWARE_VERSION,
    slots: config.slots,
    devices: [
      {
        name: config.device,
        executor: config.executor,
        memoryBytes: Math.floor(totalmem() / config.slots),
        threads: config.threadsPerSlot,
      },
    ],
    labels: { ...config.labels },
    host: hostname(),
    pid: process.pid,
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
