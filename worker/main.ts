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
import { connectWorkCalls } from './coordinator-stream/work-calls.ts';
import { createEventLog } from './event-log.ts';
import type { Emit, WorkerEvent } from './events.ts';
import { openNodeFolder } from './outbox/node-folder.ts';
import { openOutbox } from './outbox/outbox.ts';
import { createNatsLink } from './publisher/nats-link.ts';
import { createPublisher } from './publisher/publisher.ts';
import { openShownCredentials } from './shown-credentials.ts';
import { childEnvironment } from './slots/child-environment.ts';
import { createSlot } from './slots/slot.ts';
import { startTrialProcess } from './slots/trial-process.ts';
import { STALE_CHECKPOINT_MS, WORKER_TIMINGS, type WorkerTimings } from './timings.ts';
import { removeStaleCheckpoints } from './training/checkpoints/folders.ts';
import { createForgetter } from './training/checkpoints/forget.ts';
import type { ExecutorChoice } from './trial-messages.ts';

/** Images that a loader thread has decoded at the same time, and one more that it cuts crops from. */
const DECODES_PER_LOADER = 4;

/** Assignments that may wait for each slot: trials of a few milliseconds would wait for the round trip otherwise. */
const QUEUE_PER_SLOT = 16;

/** One device of the machine, and what a trial process needs in its environment to use it and no other. */
export interface SlotDevice {
  /** `cpu`, or the kind and the name: `cuda NVIDIA H100 80GB HBM3`. */
  readonly name: string;
  /** Default: the machine's memory. */
  readonly memoryBytes?: number;
  readonly environment: Readonly<Record<string, string>>;
}

export interface RunWorkerOptions {
  /** Shuts the worker down in order; see Agent.shutdown. */
  readonly signal: AbortSignal;
  /** Lets what runs finish, takes nothing new, then ends. */
  readonly drain?: AbortSignal;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly timings?: Partial<WorkerTimings>;
  /** Path of the module that each slot runs in a process of its own. */
  readonly trialProcess?: string;
  /** Where slots compute: slot i on device i modulo their number. Default: the machine's CPU. */
  readonly devices?: readonly SlotDevice[];
  readonly protocolVersion?: number;
  /** What it throws is logged and changes nothing. */
  readonly onEvent?: (event: WorkerEvent) => void;
}

/**
 * Runs a worker until `signal` aborts, or until it was told to drain and is done.
 * @throws TickworkError STATE_DIRECTORY_IN_USE, CERTIFICATE_INVALID, INSECURE_ADDRESS at the start; WORKER_VERSION, WORKER_DUPLICATE or ARGUMENT_INVALID when
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

  const shown = openShownCredentials(config, clock.now, emit);
  await using lifecycle = createLifecycle();
  const outbox = await openOutbox(await openNodeFolder(join(config.stateDir, 'outbox'), clock), {
    clock,
    onDiskError: (error) => emit({ type: 'outbox:disk-refused', error: String(error) }),
  });
  lifecycle.add('outbox', outbox.close);

  const stale = removeStaleCheckpoints(config.checkpointFolder, clock.now(), STALE_CHECKPOINT_MS);
  await stale.catch((error: unknown) => emit({ type: 'checkpoints:not-removed', error: String(error) }));

  const publisher = createPublisher({
    ...{ worker: config.name, outbox, timings, clock, random, emit },
    openLink: (link) => createNatsLink({ ...link, shown }),
  });
  lifecycle.add('publisher', publisher.close);

  const devices = options.devices ?? [{ name: config.device, environment: {} }];
  const environmentOfSlot = (index: number): NodeJS.ProcessEnv => ({
    ...childEnvironment(process.env),
    ...devices[index % devices.length]?.environment,
    // Images are decoded on libuv's threads, which all loader threads of a process share; read once, when it starts.
    UV_THREADPOOL_SIZE: String(Math.max(4, DECODES_PER_LOADER * config.loaderThreads)),
  });
  const entry = options.trialProcess ?? fileURLToPath(new URL('./training/trial-process.js', import.meta.url));
  const slots = Array.from({ length: config.slots }, (_, index) =>
    createSlot({
      index,
      startProcess: (listener) => startTrialProcess({ entry, environment: environmentOfSlot(index) }, listener),
      options: {
        datasetRoots: config.datasetRoots,
        checkpointFolder: config.checkpointFolder,
        commandFolder: config.commandFolder,
        executor: executorOf(config),
        loaderThreads: config.loaderThreads,
        pixelCacheBytes: config.pixelCacheMiB * 2 ** 20,
        checkFirstBatch: config.checkFirstBatch,
      },
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
    introduction: introduction(config, devices, options.protocolVersion ?? PROTOCOL_VERSION),
    natsServers: config.natsServers,
    allowedCommands: config.allowedCommands,
    outbox,
    publisher,
    slots,
    forgetCheckpoints: createForgetter(config.checkpointFolder),
    openStream: (listener) =>
      openCoordinatorStream({
        calls: connectWorkCalls(config.coordinator.split(','), shown),
        ...{ listener, timings, clock, random, emit },
      }),
    timings,
    clock,
    emit,
  });
  lifecycle.add('agent', agent.shutdown);

  if (options.drain) void aborted(options.drain).then(agent.drain);
  await Promise.race([agent.ended, agent.drained, aborted(signal)]);
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

function introduction(config: WorkerConfig, devices: readonly SlotDevice[], protocolVersion: number) {
  return {
    worker: config.name,
    protocolVersion,
    softwareVersion: SOFTWARE_VERSION,
    slots: config.slots,
    queue: QUEUE_PER_SLOT * config.slots,
    devices: devices.slice(0, config.slots).map(({ name, memoryBytes }) => ({
      name,
      executor: config.executor,
      memoryBytes: config.memoryBytes ?? memoryBytes ?? totalmem(),
      threads: config.threadsPerSlot,
    })),
    labels: { ...config.labels },
    allowedCommands: config.allowedCommands.map((words) => ({ words: [...words] })),
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
