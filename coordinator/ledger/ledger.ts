import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import { TickworkError } from '../../core/errors.ts';
import type { Command } from '../../core/sweep/commands.ts';
import { decide, type Decision } from '../../core/sweep/decide.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { evolve } from '../../core/sweep/evolve.ts';
import type { ClusterState } from '../../core/sweep/state.ts';
import { backoffMs } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type Deferred, deferred } from '../../runtime/deferred.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Delivery, EventLog, Malformed, ResultStore } from '../ports.ts';
import { createPlan, type Settled } from './settle-records.ts';

/**
 * The single writer. Commands and records wait in one queue; each turn decides what is there on the speculatively evolved
 * state and makes it durable in this order: **rows, then events**. Whatever dies in between, the row is found at the next
 * start (recover.ts) and the record is delivered again. Nothing else runs between a row and its event, so no cancel can slip in.
 */
export interface Ledger {
  /** As of the last durable turn. */
  readonly state: ClusterState;
  /** Resolves when the decision's events are durable. @throws TickworkError the rejection, or NOT_READY when the ledger has ended. */
  submit(command: Command): Promise<Extract<Decision, { ok: true }>>;
  /** Resolves when rows and events are durable; only then may deliveries be acknowledged. */
  ingest(batch: readonly (Delivery | Malformed)[]): Promise<readonly Settled[]>;
  /** Called after each durable turn that had events, in order, until the returned function is called. What it throws is logged. */
  onEvents(listener: LedgerListener): () => void;
  /** Rejects when the log is lost to another coordinator, or cannot be written at all. Never resolves. */
  readonly failed: Promise<never>;
  /** Lets the turn under way end; later calls are refused. Idempotent. */
  close(): Promise<void>;
}

export type LedgerListener = (events: readonly SweepEvent[], state: ClusterState) => void;

export interface LedgerDeps {
  readonly initial: ClusterState;
  readonly log: EventLog;
  readonly store: ResultStore;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly costOf: (parameters: TrialParameters) => number;
  readonly logger: Logger;
}

type Job =
  | { readonly kind: 'command'; readonly command: Command; readonly done: Deferred<Extract<Decision, { ok: true }>> }
  | { readonly kind: 'records'; readonly batch: readonly (Delivery | Malformed)[]; readonly done: Deferred<readonly Settled[]> };

/** Events of one batch; the log refuses messages above 512 KiB. */
const MAX_TURN_EVENTS = 500;
const RETRY = { firstMs: 100, capMs: 5_000 };

export function createLedger(deps: LedgerDeps): Ledger {
  const { log, store, clock, random, costOf, logger } = deps;
  const queue: Job[] = [];
  const listeners = new Set<LedgerListener>();
  const failure = deferred<never>();
  // Somebody may look only later; until then it is not an unhandled rejection.
  failure.promise.catch(() => undefined);
  const closing = new AbortController();
  let state = deps.initial;
  let running: Promise<void> | undefined;

  function enqueue(job: Job): void {
    if (closing.signal.aborted) return job.done.reject(ended());
    queue.push(job);
    running ??= runTurns().finally(() => {
      running = undefined;
    });
  }

  async function runTurns(): Promise<void> {
    // A microtask later, so that callers of the same moment share a turn.
    await Promise.resolve();
    while (queue.length > 0) {
      try {
        await turn();
      } catch (error) {
        closing.abort();
        failure.reject(error);
        for (const job of queue.splice(0)) job.done.reject(ended());
        return;
      }
    }
  }

  async function turn(): Promise<void> {
    const now = clock.now();
    const events: SweepEvent[] = [];
    const plan = createPlan(now);
    const answers: (() => void)[] = [];
    const taken: Job[] = [];
    let next = state;
    const decideNow = (command: Command): Decision => {
      const decision = decide(next, command, now, { costOf });
      if (decision.ok) {
        events.push(...decision.events);
        next = decision.events.reduce(evolve, next);
      }
      return decision;
    };

    while (queue.length > 0 && events.length < MAX_TURN_EVENTS) {
      const job = queue.shift() as Job;
      taken.push(job);
      if (job.kind === 'command') {
        const decision = decideNow(job.command);
        answers.push(() => {
          if (decision.ok) job.done.resolve(decision);
          else job.done.reject(new TickworkError(decision.code, decision.message));
        });
      } else {
        const settled = job.batch.map((item) => plan.settle(item, () => next, decideNow));
        answers.push(() => job.done.resolve(settled));
      }
    }

    try {
      if (!plan.isEmpty) await patiently(() => store.commit(plan.rows));
      if (events.length > 0) await patiently(() => log.append(events));
    } catch (error) {
      for (const job of taken) job.done.reject(ended());
      throw error;
    }
    state = next;
    if (events.length > 0) tell(events);
    for (const answer of answers) answer();
  }

  /** Retries while the other side is only away; anything else ends the ledger. */
  async function patiently(attempt: () => Promise<void>): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof TickworkError) || !error.retryable || closing.signal.aborted) throw error;
        logger.warn({ code: error.code, tries }, 'could not write; trying again');
        await clock.sleep(backoffMs(tries, random(), RETRY), closing.signal);
      }
    }
  }

  function tell(events: readonly SweepEvent[]): void {
    for (const listener of listeners) {
      try {
        listener(events, state);
      } catch (error) {
        logger.error({ err: error }, 'a listener of the ledger threw');
      }
    }
  }

  let closed: Promise<void> | undefined;
  return {
    get state() {
      return state;
    },
    submit(command) {
      const done = deferred<Extract<Decision, { ok: true }>>();
      enqueue({ kind: 'command', command, done });
      return done.promise;
    },
    ingest(batch) {
      const done = deferred<readonly Settled[]>();
      enqueue({ kind: 'records', batch, done });
      return done.promise;
    },
    onEvents(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    failed: failure.promise,
    close: () => {
      closed ??= (async () => {
        closing.abort();
        await running;
      })();
      return closed;
    },
  };
}

function ended(): TickworkError {
  return new TickworkError('NOT_READY', 'Expected a coordinator that leads, got one that is shutting down. Try again.');
}
