import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { TickworkError } from '../core/errors.ts';
import { isSubjectToken } from '../proto/subjects.ts';
import { LOG_LEVELS } from '../runtime/logger.ts';

const MAX_SLOTS = 64;

const subjectToken = z.string().refine(isSubjectToken, {
  error: ({ input }) => `Expected 1 to 64 letters, digits, "_" or "-", got ${JSON.stringify(input)}`,
});

const workerConfigSchema = z.strictObject({
  /** Address of the coordinator, `host:port`; those of its standbys follow, with commas between them. */
  coordinator: z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:/,]+):\d{1,5}(,(\[[0-9a-fA-F:.]+\]|[^\s:/,]+):\d{1,5})*$/, {
    error: ({ input }) => `Expected host:port, got ${JSON.stringify(input)}`,
  }),
  /** Unique in the cluster, and the same at every start: the outbox delivers under it. */
  name: subjectToken.optional(),
  /** Trials at the same time, each in a process of its own. */
  slots: z.int().min(1).max(MAX_SLOTS).default(1),
  /** CPU threads of each trial. Default: the machine's, shared evenly. */
  threadsPerSlot: z.int().min(1).max(1024).optional(),
  /** What trials are computed with; `tickwork engine probe` says what this machine has. */
  executor: z.enum(['onnx', 'torch', 'tensorflow', 'cpu']).default('onnx'),
  device: z.enum(['cpu', 'cuda', 'webgpu']).default('cpu'),
  precision: z.enum(['float32', 'tf32', 'bfloat16']).default('float32'),
  /** Same bits on every run of this machine, at the cost of speed where the executor has faster ways. */
  deterministic: z.boolean().default(false),
  /** Prove each trial's training step against the oracle on its first batch: costs seconds a trial. */
  checkFirstBatch: z.boolean().default(false),
  /** Holds built addons of executors. */
  engineCache: z.string().min(1).default('.tickwork/engine'),
  /** Holds the outbox; must outlive the process and belong to this worker alone. */
  stateDir: z.string().min(1),
  /** Holds checkpoints and kept weights; workers may share it. Default: a folder of the state directory. */
  checkpointFolder: z.string().min(1).optional(),
  /** Folders that may hold datasets, best first. */
  datasetRoots: z.array(z.string().min(1)).default([]),
  /** Threads of each trial that cut batches ahead of its training; 0: the trial cuts them itself. */
  loaderThreads: z.int().min(0).max(64).default(1),
  /** MiB of decoded photographs that each trial keeps for its next train epoch. */
  pixelCacheMiB: z.int().min(0).max(1_048_576).default(1024),
  /** Bytes of each device that its trials may take together. Default: all that it has. */
  memoryBytes: z.int().min(1).optional(),
  /** Free words that studies may ask for, for example `{ gpu: 'h200' }`. */
  labels: z.record(z.string().regex(/^[a-zA-Z][\w.-]{0,62}$/), z.string().max(256)).default({}),
  /** The words with which a study's own command has to begin to be run here; nothing by default. */
  allowedCommands: z.array(z.array(z.string().min(1)).min(1)).default([]),
  /** Where commands are started. Default: the worker's own directory. */
  commandFolder: z.string().min(1).optional(),
  /** Addresses of NATS as this machine sees them. Default: those that the coordinator names. */
  natsServers: z.array(z.string().min(1)).min(1).optional(),
  /** Folder with this worker's credentials, as `tickwork certs` makes it. */
  credentials: z.string().min(1).optional(),
  /** Bearer token; before one in the folder of credentials. */
  token: z.string().min(1).max(256).optional(),
  logLevel: z.enum(LOG_LEVELS).default('info'),
});

export type WorkerConfigInput = z.input<typeof workerConfigSchema>;

export type WorkerConfig = Readonly<
  Omit<z.output<typeof workerConfigSchema>, 'name' | 'threadsPerSlot' | 'checkpointFolder' | 'commandFolder'> & {
    name: string;
    threadsPerSlot: number;
    checkpointFolder: string;
    commandFolder: string;
  }
>;

/** What the defaults depend on. */
export interface Machine {
  readonly hostname: string;
  readonly cpus: number;
}

/**
 * Checks a worker's settings and fills in the defaults.
 * @param input plain data, from a command line or a file.
 * @throws TickworkError CONFIG_INVALID with one violation for each problem.
 */
export function parseWorkerConfig(input: unknown, machine: Machine): WorkerConfig {
  const parsed = workerConfigSchema.safeParse(input);
  if (!parsed.success) {
    const violations = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));
    throw new TickworkError(
      'CONFIG_INVALID',
      `Expected valid worker settings, got ${violations.length} problem(s):\n` +
        violations.map(({ field, message }) => `  ${field || 'settings'}: ${message}`).join('\n'),
      { violations },
    );
  }
  const stateDir = resolve(parsed.data.stateDir);
  return Object.freeze({
    ...parsed.data,
    stateDir,
    checkpointFolder: resolve(parsed.data.checkpointFolder ?? join(stateDir, 'checkpoints')),
    commandFolder: resolve(parsed.data.commandFolder ?? '.'),
    name: parsed.data.name ?? defaultWorkerName(machine.hostname, stateDir),
    threadsPerSlot: parsed.data.threadsPerSlot ?? Math.max(1, Math.floor(machine.cpus / parsed.data.slots)),
  });
}

/**
 * `{hostname}-{slug}`; the slug is made of the state directory, so two workers of one machine differ and a restart does
 * not.
 */
function defaultWorkerName(hostname: string, stateDir: string): string {
  const slug = createHash('sha256').update(stateDir).digest('hex').slice(0, 6);
  const host =
    hostname
      .split('.')[0]
      ?.replace(/[^A-Za-z0-9_-]/g, '-')
      .slice(0, 57) || 'worker';
  return `${host}-${slug}`;
}
