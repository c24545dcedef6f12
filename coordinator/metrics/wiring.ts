import { FAILURE_KINDS, SWEEP_STATES, TRIAL_STATES } from '../../core/trial/states.ts';
import { SOFTWARE_VERSION } from '../../proto/protocol-version.ts';
import type { Clock } from '../../runtime/clock.ts';
import { RPC_METHODS } from '../grpc/methods.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Settled } from '../ledger/settle-records.ts';
import type { Delivery, EventLog, Malformed, ResultStore } from '../ports.ts';
import type { ClusterSessions } from '../sessions/cluster-sessions.ts';
import { MAX_SWEEP_SERIES } from './definitions.ts';
import type { Metrics } from './metrics.ts';

export interface MetricSources {
  readonly metrics: Metrics;
  readonly ledger: Ledger;
  readonly log: EventLog;
  readonly store: ResultStore;
  readonly sessions: ClusterSessions;
  readonly natsConnected: () => boolean;
  readonly clock: Clock;
}

/** Series that exist from the start at zero: a query before the first incident then finds 0, not nothing. */
export function initialiseSeries(metrics: Metrics): void {
  for (const kind of FAILURE_KINDS) metrics.increment('tickwork_attempts_lost_total', { kind }, 0);
  for (const kind of ['result', 'failure', 'report', 'malformed'])
    metrics.increment('tickwork_records_received_total', { kind }, 0);
  for (const disposition of ['committed', 'repeat', 'superseded', 'quarantined', 'malformed']) {
    metrics.increment('tickwork_records_settled_total', { disposition }, 0);
  }
  for (const method of RPC_METHODS) metrics.increment('tickwork_grpc_requests_total', { method, code: 'OK' }, 0);
  metrics.set('tickwork_build_info', 1, { version: SOFTWARE_VERSION });
}

/** Counters follow the ledger's events, gauges are read at each scrape. */
export function wireMetrics({ metrics, ledger, log, store, sessions, natsConnected, clock }: MetricSources): void {
  initialiseSeries(metrics);
  ledger.onEvents((events) => {
    for (const event of events) {
      if (event.type === 'trial-leased') metrics.increment('tickwork_leases_granted_total');
      if (event.type === 'trial-succeeded' && event.reusedFrom) metrics.increment('tickwork_results_reused_total');
      if (event.type === 'attempt-lost' || event.type === 'trial-failed')
        metrics.increment('tickwork_attempts_lost_total', { kind: event.kind });
    }
  });

  metrics.onScrape(async () => {
    const sweeps = [...ledger.state.sweeps.values()];
    for (const state of SWEEP_STATES)
      metrics.set('tickwork_sweeps', sweeps.filter((s) => s.status === state).length, { state });
    const active = sweeps.filter((sweep) => sweep.status === 'active');
    const shown = active.length > 0 ? active.slice(-MAX_SWEEP_SERIES) : sweeps.slice(-1);
    metrics.reset('tickwork_sweep_trials');
    for (const state of TRIAL_STATES) {
      metrics.set(
        'tickwork_trials',
        active.reduce((total, sweep) => total + sweep.counts[state], 0),
        { state },
      );
      for (const sweep of shown) metrics.set('tickwork_sweep_trials', sweep.counts[state], { sweep: sweep.id, state });
    }
    metrics.set('tickwork_leader_epoch', ledger.state.epoch);
    metrics.set('tickwork_event_log_sequence', log.lastSequence);
    metrics.set('tickwork_nats_connected', natsConnected() ? 1 : 0);
    const { results, quarantined } = await store.counts();
    metrics.set('tickwork_results', results);
    metrics.set('tickwork_results_quarantined', quarantined);
  });

  metrics.onScrape(() => {
    const now = clock.now();
    const known = sessions.registry.known();
    const byState = { connected: 0, draining: 0, lost: 0 };
    const slots = { busy: 0, free: 0 };
    for (const name of ['slot_use_ratio', 'images_per_second', 'outbox_records'] as const)
      metrics.reset(`tickwork_worker_${name}`);
    for (const { session, connected } of known) {
      const { worker } = session;
      byState[!connected ? 'lost' : session.draining ? 'draining' : 'connected']++;
      if (!connected) continue;
      const running = sessions.book.ofWorker(worker);
      slots.busy += running.length;
      slots.free += Math.max(0, session.hello.slots - running.length);
      metrics.set('tickwork_worker_slot_use_ratio', session.slotUse.ratio(now), { worker });
      metrics.set('tickwork_worker_outbox_records', session.outboxRecords, { worker });
      const speed = running.reduce((total, lease) => total + (lease.progress?.imagesPerSecond ?? 0), 0);
      metrics.set('tickwork_worker_images_per_second', speed, { worker });
    }
    for (const [state, count] of Object.entries(byState)) metrics.set('tickwork_workers', count, { state });
    for (const [use, count] of Object.entries(slots)) metrics.set('tickwork_slots', count, { use });
  });
}

export function countReceived(metrics: Metrics, batch: readonly (Delivery | Malformed)[]): void {
  for (const item of batch) {
    metrics.increment('tickwork_records_received_total', { kind: 'record' in item ? item.record.kind : 'malformed' });
  }
}

export function countSettled(metrics: Metrics, settled: readonly Settled[], seconds: number): void {
  metrics.observe('tickwork_record_commit_seconds', seconds);
  for (const { item, outcome } of settled) {
    metrics.increment('tickwork_records_settled_total', { disposition: outcome });
    if (outcome !== 'committed' || !('record' in item) || item.record.kind !== 'result') continue;
    if (item.record.reusedFrom === undefined) {
      metrics.observe('tickwork_trial_duration_seconds', item.record.durationMs / 1000);
    }
  }
}
