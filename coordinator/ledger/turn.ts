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

/** What several pieces of work, decided one after the other, change together. Nothing of it is durable yet. */
export interface Turn {
  readonly state: ClusterState;
  readonly events: readonly SweepEvent[];
  readonly rows: StoreBatch;
  /** In the order of the work. */
  readonly outcomes: readonly Outcome[];
  /** Of the events as JSON. */
  readonly bytes: number;
}

const NO_ROWS: StoreBatch = { results: [], reports: [], failures: [], setAside: [] };

export function emptyTurn(state: ClusterState): Turn {
  return { state, events: [], rows: NO_ROWS, outcomes: [], bytes: 0 };
}

/** The turn with one more piece of work, decided on the state that all earlier ones lead to. Pure. */
export function withWork(turn: Turn, work: Work, now: number, options: DecideOptions): Turn {
  const decideNow = (command: Command): Decision => decide(turn.state, command, now, options);
  if (work.kind === 'record') {
    const { settled, rows, events } = settleRecord(turn.state, work.item, decideNow, now);
    return extended(turn, { kind: 'settled', settled }, events, rows);
  }
  const decision = decideNow(work.command);
  if (decision.ok) return extended(turn, { kind: 'accepted', decision }, decision.events, {});
  return extended(turn, { kind: 'rejected', error: new TickworkError(decision.code, decision.message) }, [], {});
}

function extended(turn: Turn, outcome: Outcome, events: readonly SweepEvent[], rows: Partial<StoreBatch>): Turn {
  return {
    state: events.reduce(evolve, turn.state),
    events: appended(turn.events, events),
    rows: joinRows(turn.rows, rows),
    outcomes: [...turn.outcomes, outcome],
    bytes: events.length === 0 ? turn.bytes : turn.bytes + new TextEncoder().encode(JSON.stringify(events)).length,
  };
}

/** A batch with more rows. */
export function joinRows(batch: StoreBatch = NO_ROWS, rows: Partial<StoreBatch> = {}): StoreBatch {
  return {
    results: appended(batch.results, rows.results),
    reports: appended(batch.reports, rows.reports),
    failures: appended(batch.failures, rows.failures),
    setAside: appended(batch.setAside, rows.setAside),
  };
}

function appended<T>(items: readonly T[], more: readonly T[] | undefined): readonly T[] {
  return more === undefined || more.length === 0 ? items : [...items, ...more];
}

export function hasRows({ results, reports, failures, setAside }: StoreBatch): boolean {
  return results.length + reports.length + failures.length + setAside.length > 0;
}
