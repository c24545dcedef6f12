import type { TakeLeadershipDeps } from '../../coordinator/leadership/take-leadership.ts';
import type { EventLog, ResultStore } from '../../coordinator/ports.ts';
import { vectorEntries } from '../../core/collections/sparse-vector.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import type { ClusterState } from '../../core/sweep/state.ts';
import type { Flaws } from './planted-bugs.ts';

/** Looks of a standby at the log until it has seen what the first of them found. */
const LOOKS_BEHIND = 4;

/**
 * What a coordinator stands by and takes over with. Without flaws it comes back as it was given.
 * @param truth the cluster's state by the log.
 */
export function flawedTakeover(flaws: Flaws, deps: TakeLeadershipDeps, truth: () => ClusterState): TakeLeadershipDeps {
  let elected = false;
  return {
    ...deps,
    election: {
      async campaign(standby, signal) {
        const leadership = await deps.election.campaign(standby, signal);
        elected = true;
        return leadership;
      },
    },
    log: flawedLog(flaws, deps.log, () => elected),
    store: flawedStore(flaws, deps.store, () => elected, truth),
  };
}

/** The log as a coordinator follows it, reads it at its start and takes the leadership with it. */
function flawedLog(flaws: Flaws, log: EventLog, elected: () => boolean): EventLog {
  const { replaySkipsBatch, leadershipNotTaken, arrivedNotAsked, strangersFetched } = flaws;
  if (!replaySkipsBatch && !leadershipNotTaken && !arrivedNotAsked && !strangersFetched) return log;
  const ends: number[] = [];
  let read: number | undefined;
  return {
    async *replay(after) {
      const batches: { readonly batch: readonly SweepEvent[]; readonly sequence: number }[] = [];
      for await (const batch of log.replay(after)) batches.push({ batch, sequence: log.lastSequence });
      ends.push(log.lastSequence);
      const end = arrivedNotAsked && !elected() ? (ends.at(-LOOKS_BEHIND) ?? 0) : log.lastSequence;
      for (const [i, { batch, sequence }] of batches.entries()) {
        if (sequence > end || (replaySkipsBatch && i > 0 && i === batches.length - 2)) continue;
        read = sequence;
        yield batch;
      }
      read = undefined;
    },
    append: async (events) => (leadershipNotTaken ? undefined : log.append(events)),
    confirm: async () => (strangersFetched ? undefined : log.confirm()),
    batchId: (sequence) => log.batchId(sequence),
    get lastSequence() {
      return read ?? log.lastSequence;
    },
    close: () => log.close(),
  };
}

function flawedStore(flaws: Flaws, store: ResultStore, elected: () => boolean, truth: () => ClusterState): ResultStore {
  const { takeoverWithoutFetch, recoverySkipsRows } = flaws;
  /** Its own rows, and those that it should have. */
  async function accepted(sweepId: string): Promise<Accepted> {
    return new Map([...(await store.accepted(sweepId)), ...acceptedBy(truth(), sweepId)]);
  }
  async function counts(): ReturnType<ResultStore['counts']> {
    let results = 0;
    for (const sweepId of truth().sweeps.keys()) results += (await accepted(sweepId)).size;
    return { ...(await store.counts()), results };
  }
  return {
    ...store,
    ...(recoverySkipsRows ? { results: async () => new Map() } : {}),
    ...(recoverySkipsRows
      ? { counts: async () => ({ ...(await store.counts()), results: succeededOf(truth()) }) }
      : {}),
    ...(takeoverWithoutFetch ? { accepted, counts } : {}),
    ...(flaws.overruledRowsKept ? { overrule: async () => {} } : {}),
    async commit(batch) {
      const written = store.commit(batch);
      if (!flaws.standbyAcksUncommitted || elected()) await written;
      else written.catch(() => undefined);
    },
  };
}

function succeededOf(state: ClusterState): number {
  return [...state.sweeps.values()].reduce((sum, { counts }) => sum + counts.succeeded, 0);
}

type Accepted = Awaited<ReturnType<ResultStore['accepted']>>;

function acceptedBy(state: ClusterState, sweepId: string): Accepted {
  const sweep = state.sweeps.get(sweepId);
  if (sweep === undefined) return new Map();
  return new Map(
    [...vectorEntries(sweep.trials)].flatMap(([cell, trial]) =>
      trial.state === 'succeeded' ? [[cell, { attempt: trial.attempt, contentHash: trial.contentHash }] as const] : [],
    ),
  );
}
