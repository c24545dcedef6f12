import { TickworkError } from '../../core/errors.ts';
import type { Command } from '../../core/sweep/commands.ts';
import { type DecideOptions, decide } from '../../core/sweep/decide.ts';
import type { Decision } from '../../core/sweep/decision.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import { evolve } from '../../core/sweep/evolve.ts';
import type { ClusterState } from '../../core/sweep/state.ts';
import type { Delivery, Malformed, StoreBatch } from '../ports.ts';
import { type Settled, settleRecord } from './settle-records.ts';

/** One thing to decide. */
export type Work =
  | { readonly kind: 'command'; readonly command: Command }
  | { readonly kind: 'record'; readonly item: Delivery | Malformed };

export type Accepted = Extract<Decision, { ok: true }>;

export type Outcome =
  | { readonly kind: 'accepted'; readonly decision: Accepted }
  | { readonly kind: 'rejected'; readonly error: TickworkError }
  | { readonly kind: 'settled'; readonly settled: Settled };

/** What one piece of work comes to, as the next of a turn. Nothing has happened yet. */
export interface Step {
  readonly outcome: Outcome;
  readonly events: readonly SweepEvent[];
  readonly rows: Partial<StoreBatch>;
  /** Of the events as JSON. */
  readonly bytes: number;
}

/** What several pieces of work, decided one after the other, change together. Nothing of it is durable yet. */
export interface Turn {
  /** What all its work leads to. */
  readonly state: ClusterState;
  readonly events: readonly SweepEvent[];
  readonly rows: StoreBatch;
  /** In the order of the work. */
  readonly outcomes: readonly Outcome[];
  /** Of the events as JSON. */
  readonly bytes: number;
  /** Decides on the state that all earlier work leads to, and leaves the turn as it is. */
  decide(work: Work): Step;
  /** @param step of `decide`, with nothing added since. */
  add(step: Step): void;
}

/** @param now Unix milliseconds: one for the whole turn. */
export function beginTurn(before: ClusterState, now: number, options: DecideOptions): Turn {
  let state = before;
  let bytes = 0;
  const events: SweepEvent[] = [];
  const outcomes: Outcome[] = [];
  const rows = emptyRows();
  const decideNow = (command: Command): Decision => decide(state, command, now, options);

  return {
    get state() {
      return state;
    },
    get bytes() {
      return bytes;
    },
    ...{ events, outcomes, rows },
    decide(work) {
      if (work.kind === 'record') {
        const { settled, ...changes } = settleRecord(state, work.item, decideNow, now);
        return step({ kind: 'settled', settled }, changes.events, changes.rows);
      }
      const decision = decideNow(work.command);
      if (decision.ok) return step({ kind: 'accepted', decision }, decision.events, {});
      return step({ kind: 'rejected', error: new TickworkError(decision.code, decision.message) }, [], {});
    },
    add(next) {
      state = next.events.reduce(evolve, state);
      bytes += next.bytes;
      events.push(...next.events);
      outcomes.push(next.outcome);
      addRows(rows, next.rows);
    },
  };
}

type Rows = { -readonly [Table in keyof StoreBatch]: StoreBatch[Table][number][] };

export function emptyRows(): Rows {
  return { results: [], reports: [], failures: [], setAside: [] };
}

export function addRows(rows: Rows, more: Partial<StoreBatch>): void {
  for (const table of TABLES) (rows[table] as unknown[]).push(...(more[table] ?? []));
}

const TABLES = ['results', 'reports', 'failures', 'setAside'] as const satisfies readonly (keyof StoreBatch)[];

function step(outcome: Outcome, events: readonly SweepEvent[], rows: Partial<StoreBatch>): Step {
  return { outcome, events, rows, bytes: events.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(events)) };
}

export function hasRows(rows: StoreBatch): boolean {
  return TABLES.some((table) => rows[table].length > 0);
}
