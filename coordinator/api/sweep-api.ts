import { ANYONE, type Identity } from '../../core/access/identity.ts';
import { vectorEntries } from '../../core/collections/sparse-vector.ts';
import { createGrid } from '../../core/grid/grid.ts';
import { planStudy, seedsAtFirst } from '../../core/plan/plan.ts';
import { planTime } from '../../core/plan/time-left.ts';
import { loadStudy } from '../../core/study/load-study.ts';
import { withReuse } from '../../core/study/reuse.ts';
import type { CostOf } from '../../core/sweep/cell-cost.ts';
import type { Command } from '../../core/sweep/commands.ts';
import { cellsFrom, type SweepState, trialOf } from '../../core/sweep/state.ts';
import { FAILURE_KINDS, type FailureKind, TRIAL_STATES, type TrialState } from '../../core/trial/states.ts';
import { failureKindCodec, trialStateCodec } from '../../proto/enums.ts';
import type { ListTrialsRequest__Output } from '../../proto/generated/tickwork/v1/ListTrialsRequest.ts';
import type { RetryFailedRequest__Output } from '../../proto/generated/tickwork/v1/RetryFailedRequest.ts';
import type { Sweep } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { Trial } from '../../proto/generated/tickwork/v1/Trial.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ResultStore } from '../ports.ts';
import { countReusable } from '../reuse/count-reusable.ts';
import type { ClusterSessions } from '../sessions/cluster-sessions.ts';
import type { Api } from './api.ts';
import { type Changes, follow } from './changes.ts';
import { connectedSlots, timeLeft } from './estimates.ts';
import { toPlanMessage } from './messages/plan.ts';
import { toSweepMessage } from './messages/sweep.ts';
import { toTrialMessage } from './messages/trial.ts';
import { decodeCountToken, encodePageToken, pageSizeOf } from './page-token.ts';
import { checkRequestId, DEADLINE, invalidArgument, requireCell, requireSweep } from './require-sweep.ts';
import { waitingReason } from './waiting-reason.ts';

export interface ApiDeps {
  readonly ledger: Ledger;
  readonly store: ResultStore;
  readonly sessions: ClusterSessions;
  readonly changes: Changes;
  readonly clock: Clock;
  /** As the scheduler reckons. */
  readonly costOf: CostOf;
}

type SweepApi = Pick<
  Api,
  | 'planSweep'
  | 'submitSweep'
  | 'getSweep'
  | 'listSweeps'
  | 'watchSweep'
  | 'cancelSweep'
  | 'pauseSweep'
  | 'resumeSweep'
  | 'retryFailed'
  | 'getTrial'
  | 'listTrials'
>;

const WATCH_INTERVAL_MS = 500;
/** Finished trials in one message of a watch; of the 4 MiB it may have, each takes about one KiB. */
const MAX_FINISHED = 1_000;

export function createSweepApi({ ledger, store, sessions, changes, clock, costOf }: ApiDeps): SweepApi {
  const left = (sweep: SweepState): number | undefined => timeLeft({ ledger, sessions }, sweep, costOf);
  const activeTrials = (sweep: SweepState): Trial[] =>
    [...sweep.live].map((cell) =>
      toTrialMessage(sweep, cell, { progress: sessions.book.get(sweep.id, cell)?.progress }),
    );

  async function finishedTrials(sweep: SweepState, cells: readonly number[]): Promise<Trial[]> {
    if (cells.length === 0) return [];
    const results = await store.results(sweep.id, cells);
    return cells.map((cell) => toTrialMessage(sweep, cell, { result: results.get(cell) }));
  }

  async function trialMessages(sweep: SweepState, cells: readonly number[]): Promise<Trial[]> {
    const succeeded = cells.filter((cell) => trialOf(sweep, cell).state === 'succeeded');
    const results = await store.results(sweep.id, succeeded);
    const why = waitingReason(sweep, ledger.state, sessions, clock.now());
    return cells.map((cell) =>
      toTrialMessage(sweep, cell, {
        progress: sessions.book.get(sweep.id, cell)?.progress,
        result: results.get(cell),
        waitingReason: why(cell),
      }),
    );
  }

  async function steer(name: string, command: SteeringCommand): Promise<Sweep> {
    checkRequestId(command.requestId);
    const { id } = requireSweep(ledger, name, 'name');
    await ledger.submit({ ...command, sweepId: id } as Command, DEADLINE);
    return toSweepMessage(ledger.state.sweeps.get(id) as SweepState);
  }

  return {
    async planSweep({ studyYaml, reuse }) {
      const study = withReuse(loadStudy(studyYaml), reuse);
      const plan = planStudy(study);
      const reused = await countReusable(store, study);
      const slots = connectedSlots({ sessions });
      const time = planTime(study, plan.cells - (reused ?? 0), ledger.state.speeds, slots, costOf);
      return toPlanMessage(study, plan, slots.length, time, reused);
    },

    async submitSweep({ requestId, studyYaml, user: named, reuse }, { identity }) {
      checkRequestId(requestId);
      const user = userOf(identity, named);
      const study = withReuse(loadStudy(studyYaml), reuse);
      const total = createGrid(study).countConfigurations() * seedsAtFirst(study);
      const { sweepId } = await ledger.submit(
        { type: 'submit-sweep', requestId, study, studyYaml, ...user, total },
        DEADLINE,
      );
      return toSweepMessage(ledger.state.sweeps.get(sweepId as string) as SweepState);
    },

    async getSweep({ name }) {
      const sweep = requireSweep(ledger, name, 'name');
      return toSweepMessage(sweep, { withYaml: true, msLeft: left(sweep) });
    },

    async listSweeps({ pageSize, pageToken }) {
      const sweeps = [...ledger.state.sweeps.values()];
      // A token counts the sweeps that are older than the page: those that are submitted meanwhile shift nothing.
      const end = Math.min(decodeCountToken('sweeps', pageToken) ?? sweeps.length, sweeps.length);
      const start = Math.max(0, end - pageSizeOf(pageSize, 50, 1000));
      const page = sweeps.slice(start, end).reverse();
      return {
        sweeps: page.map((sweep) => toSweepMessage(sweep, { msLeft: left(sweep) })),
        nextPageToken: start > 0 ? encodePageToken('sweeps', start) : '',
      };
    },

    async *watchSweep({ name, minIntervalMs }, { signal }) {
      const { id } = requireSweep(ledger, name, 'name');
      const finished: number[] = [];
      const stop = ledger.onEvents((events, state) => {
        for (const event of events) {
          if (!('sweepId' in event) || event.sweepId !== id) continue;
          if (event.type === 'trial-succeeded' || event.type === 'trial-failed' || event.type === 'trial-stopped')
            finished.push(event.cell);
          if (event.type === 'sweep-cancelled') finished.push(...cancelledCells(state.sweeps.get(id)));
        }
      });
      try {
        const snapshot = async () => {
          const sweep = requireSweep(ledger, name, 'name');
          const value = {
            sweep: toSweepMessage(sweep, { msLeft: left(sweep) }),
            active: activeTrials(sweep),
            finished: await finishedTrials(sweep, finished.splice(0, MAX_FINISHED)),
          };
          return { value, next: finished.length > 0 ? ('more' as const) : nextOf(sweep) };
        };
        yield* follow(snapshot, changes, clock, minIntervalMs || WATCH_INTERVAL_MS, signal);
      } finally {
        stop();
      }
    },

    cancelSweep: ({ requestId, name }) => steer(name, { type: 'cancel-sweep', requestId }),
    pauseSweep: ({ requestId, name }) => steer(name, { type: 'pause-sweep', requestId }),
    resumeSweep: ({ requestId, name }) => steer(name, { type: 'resume-sweep', requestId }),
    retryFailed: ({ requestId, name, kinds }) =>
      steer(name, { type: 'retry-failed', requestId, kinds: kinds.map(failureKindOf) }),

    async getTrial({ name }) {
      const { sweep, cell } = requireCell(ledger, name, 'name');
      const [trial] = await trialMessages(sweep, [cell]);
      return trial as Trial;
    },

    async listTrials({ parent, pageSize, pageToken, state }) {
      const sweep = requireSweep(ledger, parent, 'parent');
      const wanted = stateOf(state);
      const size = pageSizeOf(pageSize, 50, 1000);
      const purpose = `trials ${parent} ${wanted ?? ''}`;
      const from = decodeCountToken(purpose, pageToken) ?? 0;
      const { cells, next } = takeCells(sweep, from, size, wanted);
      return {
        trials: await trialMessages(sweep, cells),
        nextPageToken: next === undefined ? '' : encodePageToken(purpose, next),
      };
    },
  };
}

/** Whose share of the slots a sweep has: the caller's by its token, else by its own word. @throws TickworkError ARGUMENT_INVALID */
function userOf(identity: Identity, named: string): { readonly user?: string } {
  if (identity !== ANYONE) return { user: identity.name };
  if (named === '') return {};
  if (/^[\w.@-]{1,64}$/.test(named)) return { user: named };
  throw invalidArgument(
    'user',
    `Expected user to be 1 to 64 letters, digits, ".", "@", "_" or "-", got ${JSON.stringify(named)}.`,
  );
}

/** A command about a sweep before the sweep is looked up. */
type SteeringCommand =
  | { readonly type: 'cancel-sweep' | 'pause-sweep' | 'resume-sweep'; readonly requestId: string }
  | { readonly type: 'retry-failed'; readonly requestId: string; readonly kinds: readonly FailureKind[] };

/** @throws TickworkError ARGUMENT_INVALID for a number of a newer protocol, or for none. */
function failureKindOf(kind: RetryFailedRequest__Output['kinds'][number], i: number): FailureKind {
  const decoded = failureKindCodec.decode(kind);
  if (decoded) return decoded;
  throw invalidArgument(
    `kinds[${i}]`,
    `Expected kinds to be of ${FAILURE_KINDS.join(', ')}, got ${JSON.stringify(kind)}.`,
  );
}

/** Cells that had been started; all others of a cancelled sweep never were anything. */
function cancelledCells(sweep: SweepState | undefined): number[] {
  if (!sweep) return [];
  return [...vectorEntries(sweep.trials)].flatMap(([cell, trial]) => (trial.state === 'cancelled' ? [cell] : []));
}

/** What a stream that follows this sweep does next. */
export const nextOf = ({ status, exhausted, live }: SweepState): 'later' | 'never' =>
  status === 'active' && !(exhausted !== undefined && live.size === 0) ? 'later' : 'never';

/** @returns undefined for all states. @throws TickworkError ARGUMENT_INVALID for a number of a newer protocol. */
function stateOf(state: ListTrialsRequest__Output['state']): TrialState | undefined {
  if (state === 'TRIAL_STATE_UNSPECIFIED') return undefined;
  const decoded = trialStateCodec.decode(state);
  if (decoded) return decoded;
  throw invalidArgument(
    'state',
    `Expected state to be one of ${TRIAL_STATES.join(', ')}, got ${JSON.stringify(state)}.`,
  );
}

const UNTOUCHED_STATES: ReadonlySet<TrialState> = new Set(['pending', 'cancelled', 'blocked']);

/** Up to `size` cells in the wanted state from `from` on, and where the next page begins. */
function takeCells(sweep: SweepState, from: number, size: number, wanted: TrialState | undefined) {
  const cells: number[] = [];
  // Only untouched cells can be in these states without being in the vector, so others need not visit the grid.
  const touchedOnly = wanted !== undefined && !UNTOUCHED_STATES.has(wanted);
  const candidates = touchedOnly ? touchedFrom(sweep, from) : cellsFrom(sweep, from);
  for (const cell of candidates) {
    if (wanted !== undefined && trialOf(sweep, cell).state !== wanted) continue;
    if (cells.length === size) return { cells, next: cell };
    cells.push(cell);
  }
  return { cells, next: undefined };
}

function* touchedFrom(sweep: SweepState, from: number): Generator<number> {
  for (const [cell] of vectorEntries(sweep.trials)) if (cell >= from) yield cell;
}
