import { resolve } from 'node:path';
import { z } from 'zod';
import { TickworkError } from '../core/errors.ts';
import { isSubjectToken } from '../proto/subjects.ts';

const port = z.int().min(0).max(65_535);
/** More than a coordinator answers: no limit. */
export const MAX_CALLS_PER_SECOND = 1_000_000;
const host = z.string().min(1).max(255);

const coordinatorConfigSchema = z
  .strictObject({
    /** Where workers and clients dial; port 0 takes a free one. */
    grpcHost: host.default('127.0.0.1'),
    grpcPort: port.default(7077),
    /** Page, JSON API, /metrics and /healthz. */
    httpHost: host.default('127.0.0.1'),
    httpPort: port.default(7078),
    natsServers: z.array(z.string().min(1)).min(1).default(['nats://127.0.0.1:4222']),
    /** NATS addresses as workers see them; default: the coordinator's own. */
    advertisedNatsServers: z.array(z.string().min(1)).min(1).optional(),
    /** Separates clusters that share a NATS server. */
    namespace: z
      .string()
      .refine(isSubjectToken, {
        error: ({ input }) => `Expected 1 to 64 letters, digits, "_" or "-", got ${JSON.stringify(input)}`,
      })
      .default('tickwork'),
    /** Replicas of the JetStream streams: 1 on a single server, 3 on a cluster. */
    replicas: z.int().min(1).max(5).default(1),
    /** Waits until no other coordinator leads, and again when it was replaced; keeps up with the leader meanwhile. */
    standby: z.boolean().default(false),
    /** A leader that has not renewed its claim for so long may be replaced by one that stands by. */
    leadershipLeaseMs: z.int().min(500).max(600_000).default(6_000),
    /** Holds the table (results.duckdb); belongs to one coordinator at a time. */
    stateDir: z.string().min(1),
    heartbeatIntervalMs: z.int().min(50).max(600_000).default(5_000),
    /** A lease ends when its worker is not heard of for this long. */
    leaseDurationMs: z.int().min(200).max(3_600_000).default(30_000),
    /** Folder with the coordinator's own credentials, as `tickwork certs` makes it. */
    credentials: z.string().min(1).optional(),
    /** File with the hashes of tokens and their roles, as `tickwork token` writes it. */
    tokens: z.string().min(1).optional(),
    /** Serve beyond this machine although TLS or tokens are missing. */
    insecure: z.boolean().default(false),
    /** Calls a second of one identity; twice as many at once. */
    callsPerSecond: z.int().min(1).max(MAX_CALLS_PER_SECOND).optional(),
    reflection: z.boolean().default(false),
    /** Names beside localhost and literal addresses under which browsers may reach the page. */
    allowedHosts: z.array(host).default([]),
    /** Folder of the built dashboard. */
    staticRoot: z.string().min(1).optional(),
  })
  .refine((config) => config.leaseDurationMs >= 2 * config.heartbeatIntervalMs, {
    path: ['leaseDurationMs'],
    error: 'Expected at least two heartbeat intervals',
  });

export type CoordinatorConfigInput = z.input<typeof coordinatorConfigSchema>;

export type CoordinatorConfig = Readonly<z.output<typeof coordinatorConfigSchema>>;

/**
 * Checks a coordinator's settings and fills in the defaults.
 * @param input plain data, from a command line or a file.
 * @throws TickworkError CONFIG_INVALID with one violation for each problem.
 */
export function parseCoordinatorConfig(input: unknown): CoordinatorConfig {
  const parsed = coordinatorConfigSchema.safeParse(input);
  if (parsed.success) return Object.freeze({ ...parsed.data, stateDir: resolve(parsed.data.stateDir) });
  const violations = parsed.error.issues.map((issue) => ({
    field: issue.path.join('.') || 'settings',
    message: issue.message,
  }));
  throw new TickworkError(
    'CONFIG_INVALID',
    `Expected valid coordinator settings, got ${violations.length} problem(s):\n${violations.map((v) => `  ${v.field}: ${v.message}`).join('\n')}`,
    { violations },
  );
}
