import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createFollower } from '../ledger/follower.ts';
import { type Recovered, recover } from '../ledger/recover.ts';
import type { EventLog, RecordStream, ResultStore } from '../ports.ts';
import type { SnapshotFolder } from '../snapshots/snapshot-folder.ts';
import type { Election, Leadership } from './election.ts';
import type { StateIdentity } from './state-identity.ts';

/** What a coordinator has when it begins to lead: the leadership, and a state and a table that are whole. */
export interface Takeover extends Recovered {
  readonly leadership: Leadership;
  readonly records: RecordStream;
  /** From the election on: the wait of a standby does not count. */
  readonly tookMs: number;
}

export interface TakeLeadershipDeps {
  readonly election: Election;
  /** Stand by until nobody else leads. */
  readonly standby: boolean;
  readonly identity: StateIdentity;
  /** Keeps it in the state directory, atomically and durably. */
  readonly saveIdentity: (identity: StateIdentity) => Promise<void>;
  readonly log: EventLog;
  readonly store: ResultStore;
  readonly snapshots: SnapshotFolder;
  readonly openRecords: () => Promise<RecordStream>;
  /** Named in the log, for people. */
  readonly holder: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** How long the end of a standby waits for what it is doing. */
const END_GRACE_MS = 1_000;

/**
 * Stands by where that is wanted, keeping up with the leader; then wins the leadership, and makes state and table whole.
 * @returns undefined when `signal` aborts first.
 * @throws TickworkError LOG_CONFLICT, NATS_UNREACHABLE, CONFIG_INVALID
 */
export async function takeLeadership(deps: TakeLeadershipDeps): Promise<Takeover | undefined> {
  const {
    election,
    standby,
    identity,
    saveIdentity,
    log,
    store,
    snapshots,
    openRecords,
    holder,
    clock,
    logger,
    signal,
  } = deps;
  const records = await openRecords();
  const known = await snapshots.newest(log.batchId);
  const follower = createFollower({ known, log, store, records, clock, logger });
  const elected = new AbortController();
  const either = AbortSignal.any([signal, elected.signal]);
  if (standby) logger.info({ holder }, 'standing by');
  const following = standby ? follower.follow(either) : Promise.resolve();
  let leadership: Leadership | undefined;
  try {
    // Following ends by itself only when it has failed for good.
    const failed = following.then(() => new Promise<never>(() => {}));
    leadership = await Promise.race([election.campaign(standby, either), failed]);
  } finally {
    elected.abort();
    // A log that does not answer is given up with the process, when it is to end.
    const patience = signal.aborted ? clock.sleep(END_GRACE_MS) : new Promise<never>(() => {});
    await Promise.race([following.catch(() => undefined), patience]);
  }
  if (leadership === undefined) {
    await records.close();
    return undefined;
  }
  const electedAt = clock.now();
  try {
    const recovered = await recover(log, store, {
      ...{ holder, now: clock.now(), ledEpoch: identity.ledEpoch, known: follower.known, fetch: follower.fetch },
    });
    await saveIdentity({ ...identity, ledEpoch: recovered.state.epoch });
    // Opened anew, it hands over what the follower had in hand.
    await records.close();
    return { ...recovered, leadership, records: await openRecords(), tookMs: clock.now() - electedAt };
  } catch (error) {
    await records.close();
    await leadership.release();
    throw error;
  }
}
