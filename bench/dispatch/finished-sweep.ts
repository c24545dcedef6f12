import { randomUUID } from 'node:crypto';
import { openDuckDbResultStore } from '../../coordinator/adapters/duckdb/result-store.ts';
import { connectNats } from '../../coordinator/adapters/nats/connection.ts';
import { openNatsEventLog } from '../../coordinator/adapters/nats/event-log.ts';
import type { StoredResult } from '../../coordinator/ports.ts';
import { createGrid, gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import { loadStudy } from '../../core/study/load-study.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { type ResultRecord, recordContentHash } from '../../proto/records.ts';
import { natsNames } from '../../proto/subjects.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';

export interface FinishedSweep {
  readonly natsUrl: string;
  readonly stateDir: string;
  readonly sweepId: string;
  readonly studyYaml: string;
  /** The first so many cells have a result; all of them: the sweep is completed. */
  readonly finished: number;
  /** No further cell starts until it is resumed. */
  readonly paused?: boolean;
}

/** Cells whose events fit into one message of the log. */
const BATCH = 500;
const EPOCH = 1;

/**
 * Writes a sweep as a coordinator would have: its events into the log, its rows into the table, by the coordinator's own adapters
 * while it does not run.
 */
export async function writeFinishedSweep(sweep: FinishedSweep): Promise<void> {
  const { natsUrl, stateDir, sweepId, studyYaml, finished, paused } = sweep;
  const study = loadStudy(studyYaml);
  const grid = createGrid(study);
  const total = grid.countConfigurations() * study.seeds.length;
  const common = { clock: systemClock, random: Math.random, logger: createLogger('bench', 'silent') };
  const store = await openDuckDbResultStore({ stateDirectory: stateDir });
  const link = await connectNats({ servers: [natsUrl], name: 'bench', ...common });
  const log = await openNatsEventLog({ link, names: natsNames('tickwork'), writerId: randomUUID(), ...common });
  try {
    for await (const _ of log.replay());
    const at = Date.now();
    await log.append([{ type: 'sweep-submitted', sweepId, requestId: randomUUID(), study, studyYaml, total, at }]);
    if (paused) await log.append([{ type: 'sweep-paused', sweepId, requestId: randomUUID(), at }]);
    for (let from = 0; from < finished; from += BATCH) {
      const cells = Array.from({ length: Math.min(BATCH, finished - from) }, (_, i) => from + i);
      const results = cells.map((cell): StoredResult => {
        const record = recordOf(sweepId, cell);
        const [gridIndex, seed] = [gridIndexOf(grid, cell), seedOf(grid, cell)];
        const contentHash = recordContentHash(record);
        return { sweepId, cell, gridIndex, seed, record, contentHash, sequence: cell + 1, committedAt: at };
      });
      await store.commit({ results, reports: [], failures: [], setAside: [] });
      await log.append(results.flatMap((result) => eventsOf(result, at)));
    }
    if (finished === total) await log.append([{ type: 'sweep-completed', sweepId, at }]);
  } finally {
    await log.close();
    await link.close();
    await store.close();
  }
}

function recordOf(sweepId: string, cell: number): ResultRecord {
  return {
    kind: 'result',
    ...{ sweepId, cell, attempt: 1, leaseId: `lease-${cell}`, epoch: EPOCH, worker: 'worker' },
    metrics: { testError: 10 + (cell % 97) / 10 },
    provenance: {},
    durationMs: 1,
    endedAt: 0,
  };
}

function eventsOf({ sweepId, cell, record, contentHash }: StoredResult, at: number): SweepEvent[] {
  const { attempt, leaseId, worker, epoch } = record;
  return [
    { type: 'trial-leased', sweepId, cell, attempt, leaseId, worker, epoch, at },
    { type: 'trial-started', sweepId, cell, at },
    { type: 'trial-succeeded', sweepId, cell, attempt, worker, contentHash, at },
  ];
}
