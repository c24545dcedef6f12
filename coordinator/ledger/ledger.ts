import { TickworkError } from '../../core/errors.ts';
import type { TrialParameters } from '../../core/study/trial-parameters.ts';
import type { Command } from '../../core/sweep/commands.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import type { ClusterState, SweepState } from '../../core/sweep/state.ts';
import { backoffMs } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import { deferred } from '../../runtime/deferred.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Delivery, EventLog, Malformed, ResultStore, StoreBatch } from '../ports.ts';
import type { Settled } from './settle-records.ts';
import { type Accepted, beginTurn, hasRows, type Outcome, type Turn, type Work } from './turn.ts';

/**
 * The single writer. Commands and records wait in one queue; each turn decides what is there on the speculatively evolved
 * state and makes it durable in this order: **rows, then events**. Whatever dies in between, the row is found at the next
 * start (recover.ts) and the record is delivered again. Nothing else runs between a row and its event, so no cancel can slip in.
 * A record is set aside only when the log has confirmed that this coordinator knows all of it.
 *
 * While the log or the store is away, the turn under way is tried again, unchanged: a try whose answer was lost may have been
 * stored, and only the same batch is recognised as the same. Everything else waits.
 */
export interface Ledger {
  /** As of the last durable turn. */
  readonly state: ClusterState;
  /**
   * Resolves when the decision's events are durable.
   * @throws TickworkError the rejection; NOT_READY when the ledger has ended, too much waits, or the deadline has passed.
   */
  submit(command: Command, options?: SubmitOptions): Promise<Accepted>;
  /** Resolves when rows and events are durable; only then may deliveries be acknowledged. @throws TickworkError NOT_READY */
  ingest(batch: readonly (Delivery | Malformed)[]): Promise<readonly Settled[]>;
  /** Called after each durable turn that had events, in order, until the returned function is called. What it throws is logged. */
  onEvents(listener: LedgerListener): () => void;
  /** Rejects when the log is lost to another coordinator, or cannot be written at all. Never resolves. */
  readonly failed: Promise<never>;
  /** Lets the turn under way end, for a bounded time; what waits is refused. Idempotent. */
  close(): Promise<void>;
}

export interface SubmitOptions {
  /** How long the caller can wait, ms. A command that no turn has taken by then is dropped. */
  readonly deadlineMs?: number;
  /** Asked when a turn takes the command: whether it is still wanted. An unwanted one is rejected with NOT_READY. */
  readonly wanted?: () => boolean;
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
  /** Sweeps of which nothing starts for now; default: none. */
  readonly heldBack?: (sweep: SweepState) => boolean;
  readonly logger: Logger;
}

interface Job {
  readonly work: Work;
  readonly wanted?: (() => boolean) | undefined;
  readonly answer: (outcome: Outcome) => void;
  readonly fail: (error: unknown) => void;
}

/** Bounds of a turn: the log refuses batches above 512 KiB, and whoever waits should not wait for a thousand others. */
const MAX_TURN_BYTES = 256 * 1024;
const MAX_TURN_JOBS = 500;
/** Commands and records that may wait; beyond that callers are told to come again. */
const MAX_WAITING = 20_000;
const RETRY = { firstMs: 100, capMs: 5_000 };
/** A store that fails for a reason of its own (disk full, damaged file) is tried this often; then a new process may do better. */
const STORE_TRIES = 6;
/** How long close() waits for a log that does not answer. What was under way is then in doubt, as after a crash. */
const CLOSE_GRACE_MS = 2_000;

export function createLedger(deps: LedgerDeps): Ledger {
  const { log, store, clock, random, costOf, heldBack, logger } = deps;
  const queue: Job[] = [];
  const listeners = new Set<LedgerListener>();
  const failure = deferred<never>();
  // Somebody may look only later; until then it is not an unhandled rejection.
  failure.promise.catch(() => undefined);
  const closing = new AbortController();
  let state = deps.initial;
  let running: Promise<void> | undefined;

  function enqueue(job: Job): void {
    if (closing.signal.aborted) return job.fail(ended());
    if (queue.length >= MAX_WAITING) return job.fail(notReady(`${queue.length} decisions wait already`));
    queue.push(job);
    running ??= runTurns();
  }

  async function runTurns(): Promise<void> {
    // A microtask later, so that callers of the same moment share a turn.
    await Promise.resolve();
    while (queue.length > 0 && !closing.signal.aborted) {
      const { turn, jobs } = takeTurn();
      try {
        await makeDurable(turn);
      } catch (error) {
        if (isTooLarge(error, jobs)) {
          jobs[0]?.fail(error);
          continue;
        }
        closing.abort();
        failure.reject(error);
        for (const job of jobs) job.fail(ended());
        break;
      }
      state = turn.state;
      if (turn.events.length > 0) tell(turn.events);
      jobs.forEach((job, i) => {
        job.answer(turn.outcomes[i] as Outcome);
      });
    }
    // Here and not in a later microtask, in which a job could come that nobody runs.
    running = undefined;
    if (closing.signal.aborted) for (const job of queue.splice(0)) job.fail(ended());
  }

  function takeTurn(): { readonly turn: Turn; readonly jobs: readonly Job[] } {
    const turn = beginTurn(state, clock.now(), { costOf, heldBack });
    const jobs: Job[] = [];
    while (queue.length > 0 && jobs.length < MAX_TURN_JOBS) {
      const job = queue[0] as Job;
      if (job.wanted?.() === false) {
        queue.shift();
        job.fail(notReady('it is no longer wanted'));
        continue;
      }
      const next = turn.decide(job.work);
      // What is large by itself goes alone, so that nobody shares its fate.
      if (jobs.length > 0 && turn.bytes + next.bytes > MAX_TURN_BYTES) break;
      queue.shift();
      jobs.push(job);
      turn.add(next);
    }
    return { turn, jobs };
  }

  async function makeDurable(turn: Turn): Promise<void> {
    // Not knowing a lease is only a reason against a record for whoever knows the whole log: a leader that was replaced and does not
    // know it yet would take its successor's results for strangers, and have the stream forget them.
    if (turn.rows.setAside.length > 0) await patiently('confirm the leadership', 1, () => log.confirm());
    if (hasRows(turn.rows)) await commit(turn.rows);
    if (turn.events.length > 0) await patiently('append events', 1, () => log.append(turn.events));
  }

  /** Retries for ever while the other side is only away, and `tries` times whatever else is the matter. */
  async function commit(rows: StoreBatch): Promise<void> {
    try {
      await patiently('commit rows', STORE_TRIES, () => store.commit(rows));
    } catch (error) {
      throw error instanceof TickworkError ? error : storeFailed(error);
    }
  }

  async function patiently(doing: string, tries: number, attempt: () => Promise<void>): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        return await attempt();
      } catch (error) {
        const passes = error instanceof TickworkError ? error.retryable : failures + 1 < tries;
        if (!passes || closing.signal.aborted) throw error;
        logger.warn({ err: error, failures }, `could not ${doing}; trying again`);
        await clock.sleep(backoffMs(failures, random(), RETRY), closing.signal);
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

  async function submit(command: Command, { deadlineMs, wanted }: SubmitOptions = {}): Promise<Accepted> {
    const done = deferred<Accepted>();
    const job: Job = {
      work: { kind: 'command', command },
      wanted,
      answer: (outcome) => {
        if (outcome.kind === 'accepted') done.resolve(outcome.decision);
        else if (outcome.kind === 'rejected') done.reject(outcome.error);
      },
      fail: done.reject,
    };
    enqueue(job);
    if (deadlineMs === undefined) return done.promise;
    const settled = new AbortController();
    void clock.sleep(deadlineMs, settled.signal).then(() => {
      if (settled.signal.aborted) return;
      const at = queue.indexOf(job);
      if (at >= 0) queue.splice(at, 1);
      const outcome = at >= 0 ? 'nothing was changed' : 'it may still take effect';
      done.reject(notReady(`it did not get to it within ${deadlineMs / 1000} s; ${outcome}`));
    });
    return done.promise.finally(() => settled.abort());
  }

  async function ingest(batch: readonly (Delivery | Malformed)[]): Promise<readonly Settled[]> {
    return Promise.all(
      batch.map(
        (item) =>
          new Promise<Settled>((resolve, reject) => {
            const answer = (outcome: Outcome): void => {
              if (outcome.kind === 'settled') resolve(outcome.settled);
            };
            enqueue({ work: { kind: 'record', item }, answer, fail: reject });
          }),
      ),
    );
  }

  async function close(): Promise<void> {
    closing.abort();
    const grace = new AbortController();
    await Promise.race([running, clock.sleep(CLOSE_GRACE_MS, grace.signal)]);
    grace.abort();
  }

  let closed: Promise<void> | undefined;
  return {
    get state() {
      return state;
    },
    submit,
    ingest,
    onEvents(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    failed: failure.promise,
    close: () => (closed ??= close()),
  };
}

/** A batch that the log can never take: the fault of the one command in it, for a record is bounded by its schema. */
function isTooLarge(error: unknown, jobs: readonly Job[]): boolean {
  return (
    error instanceof TickworkError &&
    error.code === 'ARGUMENT_INVALID' &&
    jobs.length === 1 &&
    jobs[0]?.work.kind === 'command'
  );
}

function ended(): TickworkError {
  return new TickworkError(
    'NOT_READY',
    'Expected a coordinator that leads, got one that is shutting down. Repeat the call with the same request id.',
  );
}

function notReady(why: string): TickworkError {
  return new TickworkError(
    'NOT_READY',
    `Expected the coordinator to decide at once, but ${why}. Repeat the call with the same request id.`,
  );
}

function storeFailed(cause: unknown): TickworkError {
  const message =
    `Expected the table in the state directory to take rows, got: ${cause instanceof Error ? cause.message : String(cause)}. ` +
    'Make room on its disk, or mend it; the coordinator then goes on with all that is durable.';
  return new TickworkError('STORE_FAILED', message, { cause });
}
