import type { ClusterState } from '../../core/sweep/state.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { EventLog } from '../ports.ts';
import type { SnapshotFolder } from './snapshot-folder.ts';

/** Takes snapshots while a coordinator leads, and one when it ends. */
export interface Snapshotter {
  close(): Promise<void>;
}

export interface SnapshotterDeps {
  readonly ledger: Ledger;
  readonly log: EventLog;
  readonly folder: SnapshotFolder;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Events since the last snapshot at which the next is taken; more where the state is larger than that. */
  readonly every?: number;
}

const EVENTS_EACH = 10_000;
/** How long close() waits for a log that does not answer: the last snapshot only saves time. */
const CLOSE_GRACE_MS = 2_000;

/** A snapshot costs time in proportion to the state, so one is taken when the log has grown by as much. */
export function createSnapshotter({
  ledger,
  log,
  folder,
  clock,
  logger,
  every = EVENTS_EACH,
}: SnapshotterDeps): Snapshotter {
  let since = 0;
  let latest: { readonly state: ClusterState; readonly sequence: number } | undefined;
  let saving: Promise<void> | undefined;

  async function save(): Promise<void> {
    if (latest === undefined) return;
    const { state, sequence } = latest;
    since = 0;
    latest = undefined;
    try {
      const batchId = await log.batchId(sequence);
      if (batchId !== undefined) await folder.save({ state, sequence, batchId });
    } catch (error) {
      // The log has everything; the next start takes longer, that is all.
      logger.warn({ err: error }, 'Could not save a snapshot');
    }
  }

  const forget = ledger.onEvents((events, state) => {
    since += events.length;
    latest = { state, sequence: log.lastSequence };
    if (saving || since < Math.max(every, trialsOf(state))) return;
    saving = save().finally(() => {
      saving = undefined;
    });
  });

  return {
    async close() {
      forget();
      const saved = new AbortController();
      const last = Promise.resolve(saving)
        .then(save)
        .finally(() => saved.abort());
      await Promise.race([last, clock.sleep(CLOSE_GRACE_MS, saved.signal)]);
    },
  };
}

function trialsOf(state: ClusterState): number {
  let trials = 0;
  for (const sweep of state.sweeps.values()) trials += sweep.trials.size;
  return trials;
}
