import { join } from 'node:path';
import type { Clock } from '../../runtime/clock.ts';
import { createRandom } from '../../simulation/random.ts';
import { type Asker, createAsker } from '../check/asker.ts';
import { type Comparison, compare } from '../check/compare.ts';
import { readExport } from '../check/exported-rows.ts';
import { type Cluster, startCluster } from '../cluster/cluster.ts';
import { inject, scopeOf } from '../faults/inject.ts';
import { drawPlan, withoutStandby } from '../faults/plan.ts';
import { createRecoveries, type Recoveries } from '../faults/recoveries.ts';
import { expectedStudy } from '../trial/study.ts';
import type { ChaosOptions } from './options.ts';

/** What came of one cluster and its faults. */
export interface Round extends Pick<Recoveries, 'faults' | 'worstStallMs' | 'recoveries'> {
  readonly rowsExpected: number;
  readonly comparison: Comparison;
  /** Records that a worker had on its disk, and so had promised. */
  readonly acked: number;
  /** Promised points of learning curves that are nowhere. */
  readonly reportsLost: readonly string[];
  readonly quarantined: number;
  /** After everything was killed once more and started again the exported table is another one. */
  readonly changedByRestart: boolean;
  /** Processes that ended though no fault had ended them. */
  readonly accidents: readonly string[];
}

export interface RoundOptions extends Pick<ChaosOptions, 'seed' | 'perMinute' | 'rows' | 'workers' | 'slots'> {
  readonly natsServers: 1 | 3;
  readonly coordinators: number;
  /** Time in which faults begin, ms. */
  readonly span: number;
  readonly folder: string;
  readonly setpriv: string | undefined;
  readonly clock: Clock;
  readonly say: (line: string) => void;
}

/** The window that Tickwork gives its streams; runs that are shorter than this shrink it instead of waiting it out. */
const DUPLICATE_WINDOW_MS = 120_000;
const FULL_WINDOW_FROM_MS = 5 * 60_000;
const SHORT_WINDOW_MS = 5_000;
/** Share of the time for faults that the trials would take if nothing went wrong. */
const BUSY_SHARE = 0.5;
const POLL_MS = 250;
/** A sweep without a new row for so long after the last fault will not end. */
const GIVE_UP_MS = 180_000;

export async function runRound(options: RoundOptions): Promise<Round> {
  const { rows, span, workers, slots, folder, clock, say, seed } = options;
  const study = expectedStudy(rows, (BUSY_SHARE * span * workers * slots) / rows);
  const recoveries = createRecoveries(() => performance.now());
  const kept = new Set<string>();
  const cluster = await startCluster({
    ...options,
    random: createRandom(seed, 'network').next,
    onNews: (worker, { type, id }) => {
      if (type === 'kept') kept.add(id);
      else if (id.endsWith('.result')) recoveries.receipted(worker);
    },
  });
  const asker = createAsker(
    cluster.coordinators.map(({ address }) => address),
    (ms) => clock.sleep(ms),
  );
  try {
    const name = await asker.submit(study.yaml);
    const { natsServers, coordinators } = options;
    say(`${study.rows.size} cells, ${workers} workers, ${coordinators} coordinator(s), ${natsServers} NATS server(s)`);
    const ended = new AbortController();
    const faults = putFaults(options, cluster, recoveries, ended.signal);
    await untilDone(asker, name, faults, options);
    recoveries.finish();
    ended.abort();
    await faults.catch(() => undefined);

    await untilDelivered(asker, clock);
    const before = await readTable(asker, name, join(folder, 'before.parquet'));
    await Promise.all(cluster.coordinators.map((each) => each.process.kill(0)));
    const after = await readTable(asker, name, join(folder, 'after.parquet'), clock);
    const reports = await asker.reports(name);
    return {
      faults: recoveries.faults,
      worstStallMs: recoveries.worstStallMs,
      recoveries: recoveries.recoveries,
      rowsExpected: study.rows.size,
      comparison: compare(after, study.rows),
      acked: kept.size,
      reportsLost: [...kept].filter((id) => isLostReport(id, reports)),
      quarantined: await asker.quarantined(),
      changedByRestart: JSON.stringify(before) !== JSON.stringify(after),
      accidents: [...cluster.coordinators, ...cluster.workers, ...cluster.nats.servers].flatMap(
        ({ process }) => process.accidents,
      ),
    };
  } finally {
    asker.close();
    await cluster.close();
  }
}

async function putFaults(
  { seed, perMinute, span, natsServers, clock, say }: RoundOptions,
  cluster: Cluster,
  recoveries: Recoveries,
  signal: AbortSignal,
): Promise<void> {
  const windowMs = span >= FULL_WINDOW_FROM_MS ? DUPLICATE_WINDOW_MS : SHORT_WINDOW_MS;
  if (windowMs !== DUPLICATE_WINDOW_MS) await cluster.nats.setDuplicateWindow(windowMs);
  const start = performance.now();
  const running: Promise<void>[] = [];
  let natsAway = false;
  for (const drawn of drawPlan(seed * 10 + natsServers, span, perMinute)) {
    const fault = cluster.coordinators.length > 1 ? drawn : { ...drawn, kind: withoutStandby(drawn.kind) };
    await clock.sleep(Math.max(0, start + fault.at - performance.now()), signal);
    if (signal.aborted) break;
    // What is away cannot be killed, and does not count.
    if (natsAway && /NATS (killed|paused|away|forgets)/.test(fault.kind)) continue;
    const target = scopeOf(fault, cluster);
    say(
      `${((performance.now() - start) / 1000).toFixed(1).padStart(7)} s  ${fault.kind}${target === 'all' ? '' : ` (worker ${target + 1})`}${fault.forMs > 0 ? `, ${(fault.forMs / 1000).toFixed(1)} s` : ''}`,
    );
    const isLong = fault.kind === 'NATS away past its duplicate window';
    natsAway ||= isLong;
    running.push(
      inject(fault, cluster, clock, windowMs)
        .then(() => recoveries.ends(fault.kind, target))
        .catch((error: unknown) => say(`           could not: ${String(error)}`))
        .finally(() => {
          if (isLong) natsAway = false;
        }),
    );
  }
  await Promise.all(running);
}

/** Until every cell has ended and the faults are over, or nothing has moved for too long. */
async function untilDone(
  asker: Asker,
  name: string,
  faults: Promise<void>,
  { clock, say }: RoundOptions,
): Promise<void> {
  let faultsOver = false;
  void faults.finally(() => (faultsOver = true)).catch(() => undefined);
  let succeeded = -1;
  let movedAt = performance.now();
  for (let polls = 0; ; polls++) {
    const sweep = await asker.sweep(name).catch(() => undefined);
    const now = sweep?.counts?.succeeded ?? succeeded;
    if (now !== succeeded || !faultsOver) movedAt = performance.now();
    succeeded = now;
    if (sweep !== undefined && sweep.state !== 'SWEEP_STATE_ACTIVE') return;
    if (polls % 40 === 0) say(`           ${succeeded} of ${sweep?.counts?.total ?? '?'} rows`);
    if (performance.now() - movedAt > GIVE_UP_MS) return say('           nothing moves any more; giving up');
    await clock.sleep(POLL_MS);
  }
}

/** Until no worker holds a record without a receipt; bounded, for what is not delivered by then counts as lost. */
async function untilDelivered(asker: Asker, clock: Clock): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS;
  let clean = 0;
  // Twice, for the heartbeat may be older than the last record.
  while (clean < 2 && performance.now() < deadline) {
    clean = (await asker.outboxRecords().catch(() => 1)) === 0 ? clean + 1 : 0;
    await clock.sleep(1_500);
  }
}

async function readTable(asker: Asker, name: string, file: string, clock?: Clock) {
  const deadline = performance.now() + GIVE_UP_MS;
  for (;;) {
    try {
      return await readExport(await asker.parquet(name), file);
    } catch (error) {
      if (!clock || performance.now() > deadline) throw error;
      await clock.sleep(POLL_MS);
    }
  }
}

function isLostReport(id: string, reports: ReadonlySet<string>): boolean {
  const match = /\.(\d+)\.(\d+)\.report-(\d+)$/.exec(id);
  return match !== null && !reports.has(`${match[1]}.${match[2]}.${match[3]}`);
}
