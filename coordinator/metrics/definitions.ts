/**
 * Every metric of the coordinator: its name, help and labels live here and nowhere else. Labels are bounded: no sweep, trial or
 * worker id, except `worker`, which is bounded by the machines a lab has, and `sweep` on gauges of active sweeps, capped at
 * the newest MAX_SWEEP_SERIES.
 */
export const METRIC_DEFINITIONS = {
  tickwork_trials: { type: 'gauge', help: 'Trials of active sweeps by state.', labels: ['state'] },
  tickwork_sweeps: { type: 'gauge', help: 'Sweeps by state.', labels: ['state'] },
  tickwork_sweep_trials: {
    type: 'gauge',
    help: 'Trials of the newest active sweeps by state.',
    labels: ['sweep', 'state'],
  },
  tickwork_attempts_lost_total: {
    type: 'counter',
    help: 'Attempts that ended without a result, by kind of failure.',
    labels: ['kind'],
  },
  tickwork_leases_granted_total: { type: 'counter', help: 'Leases granted to workers.', labels: [] },
  tickwork_leases_expired_total: {
    type: 'counter',
    help: 'Leases taken back because the worker was not heard of.',
    labels: [],
  },
  tickwork_lease_wait_seconds: {
    type: 'histogram',
    help: 'From a free slot to its assignment while cells were pending.',
    labels: [],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  tickwork_trial_duration_seconds: {
    type: 'histogram',
    help: 'Duration of succeeded trials, measured by the worker.',
    labels: [],
    buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400],
  },
  tickwork_records_received_total: {
    type: 'counter',
    help: 'Records delivered by NATS, repeats included.',
    labels: ['kind'],
  },
  tickwork_records_settled_total: {
    type: 'counter',
    help: 'Records by what became of them: committed, repeat, superseded, quarantined, malformed.',
    labels: ['disposition'],
  },
  tickwork_record_commit_seconds: {
    type: 'histogram',
    help: 'From delivery of a batch of records to its durable commit.',
    labels: [],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  },
  tickwork_results_reused_total: {
    type: 'counter',
    help: 'Trials that were given the result of an equal trial of another sweep.',
    labels: [],
  },
  tickwork_results: { type: 'gauge', help: 'Committed results in the table.', labels: [] },
  tickwork_results_quarantined: {
    type: 'gauge',
    help: 'Records set aside because they contradict an accepted one.',
    labels: [],
  },
  tickwork_workers: { type: 'gauge', help: 'Workers by state.', labels: ['state'] },
  tickwork_slots: { type: 'gauge', help: 'Slots of connected workers by use: busy or free.', labels: ['use'] },
  tickwork_worker_slot_use_ratio: {
    type: 'gauge',
    help: 'Share of slot time spent inside trials since the worker connected.',
    labels: ['worker'],
  },
  tickwork_worker_images_per_second: {
    type: 'gauge',
    help: 'Training speed of the running trials of a worker.',
    labels: ['worker'],
  },
  tickwork_worker_outbox_records: {
    type: 'gauge',
    help: 'Records of a worker that wait for a commit receipt.',
    labels: ['worker'],
  },
  tickwork_leader_epoch: { type: 'gauge', help: 'Leadership epoch of this coordinator.', labels: [] },
  tickwork_event_log_sequence: { type: 'gauge', help: 'Sequence of the last batch in the event log.', labels: [] },
  tickwork_replay_seconds: { type: 'gauge', help: 'Time the last start took to replay the event log.', labels: [] },
  tickwork_grpc_requests_total: { type: 'counter', help: 'Finished gRPC calls.', labels: ['method', 'code'] },
  tickwork_grpc_request_seconds: {
    type: 'histogram',
    help: 'Duration of unary gRPC calls.',
    labels: ['method'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  },
  tickwork_nats_connected: { type: 'gauge', help: '1 while the connection to NATS is up.', labels: [] },
  tickwork_build_info: { type: 'gauge', help: 'Always 1; the version is a label.', labels: ['version'] },
} as const satisfies Record<string, MetricDefinition>;

export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

export type TickworkMetricName = keyof typeof METRIC_DEFINITIONS;

export const MAX_SWEEP_SERIES = 20;
