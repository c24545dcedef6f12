import type { Row } from './panel.ts';
import { COORDINATOR, quantiles, rate, rateBy, sumBy, WORKER } from './queries.ts';

/** The whole dashboard as data; dashboard.ts turns it into Grafana's JSON. */
export const ROWS: readonly Row[] = [
  {
    title: 'Now',
    panels: [
      {
        title: 'Active sweeps',
        description: 'Sweeps that still have cells to run.',
        kind: 'stat',
        unit: 'short',
        width: 3,
        queries: [{ expr: `sum(tickwork_sweeps{${COORDINATOR},state="active"})`, legend: 'active' }],
      },
      {
        title: 'Results in the table',
        description: 'Committed results: each cell counts once, for ever.',
        kind: 'stat',
        unit: 'short',
        width: 3,
        queries: [{ expr: `sum(tickwork_results{${COORDINATOR}})`, legend: 'results' }],
      },
      {
        title: 'Slots busy',
        description: 'Share of the connected workers’ slots that run a trial now.',
        kind: 'stat',
        unit: 'percentunit',
        width: 3,
        max: 1,
        queries: [
          {
            expr: `sum(tickwork_slots{${COORDINATOR},use="busy"}) / sum(tickwork_slots{${COORDINATOR}})`,
            legend: 'busy',
          },
        ],
      },
      {
        title: 'Images per second',
        description: 'Training speed of all running trials together.',
        kind: 'stat',
        unit: 'short',
        width: 3,
        decimals: 0,
        queries: [{ expr: `sum(tickwork_worker_images_per_second{${COORDINATOR}})`, legend: 'img/s' }],
      },
      {
        title: 'Quarantined',
        description: 'Records that contradict an accepted result. Anything above 0 wants a person.',
        kind: 'stat',
        unit: 'short',
        width: 3,
        alarmFrom: 1,
        queries: [{ expr: `sum(tickwork_results_quarantined{${COORDINATOR}})`, legend: 'quarantined' }],
      },
      {
        title: 'Leases expired',
        description: 'Leases taken back because a worker fell silent, in the time shown.',
        kind: 'stat',
        unit: 'short',
        width: 3,
        decimals: 0,
        queries: [
          { expr: `sum(increase(tickwork_leases_expired_total{${COORDINATOR}}[$__range]))`, legend: 'expired' },
        ],
      },
      {
        title: 'Leader epoch',
        description: 'Grows by one with every start of a coordinator.',
        kind: 'stat',
        unit: 'none',
        width: 3,
        queries: [{ expr: `max(tickwork_leader_epoch{${COORDINATOR}})`, legend: 'epoch' }],
      },
      {
        title: 'NATS',
        description: '1 while the coordinator is connected to NATS.',
        kind: 'stat',
        unit: 'none',
        width: 3,
        alarmBelow: 1,
        queries: [{ expr: `min(tickwork_nats_connected{${COORDINATOR}})`, legend: 'connected' }],
      },
    ],
  },
  {
    title: 'Sweeps',
    panels: [
      {
        title: 'Trials of active sweeps by state',
        description: 'Pending falls, succeeded rises. Leased without running means that workers take long to start.',
        kind: 'stack',
        unit: 'short',
        width: 12,
        queries: [{ expr: sumBy('state', 'tickwork_trials'), legend: '{{state}}' }],
      },
      {
        title: 'Progress of the newest active sweeps',
        description: 'Share of the cells that have reached a terminal state.',
        kind: 'lines',
        unit: 'percentunit',
        width: 12,
        max: 1,
        queries: [
          {
            expr:
              `sum by (sweep) (tickwork_sweep_trials{${COORDINATOR},state=~"succeeded|failed|cancelled"})` +
              ` / sum by (sweep) (tickwork_sweep_trials{${COORDINATOR}})`,
            legend: '{{sweep}}',
          },
        ],
      },
      {
        title: 'Sweeps by state',
        description: 'All sweeps that this cluster has accepted.',
        kind: 'stack',
        unit: 'short',
        width: 12,
        queries: [{ expr: sumBy('state', 'tickwork_sweeps'), legend: '{{state}}' }],
      },
      {
        title: 'Duration of succeeded trials',
        description: 'Measured by the workers, from the start of the training process to its result.',
        kind: 'lines',
        unit: 's',
        width: 12,
        queries: quantiles('tickwork_trial_duration_seconds', 0.5, 0.95),
      },
    ],
  },
  {
    title: 'Workers',
    panels: [
      {
        title: 'Slots',
        description: 'Free slots beside pending cells (above) mean that something does not fit.',
        kind: 'stack',
        unit: 'short',
        width: 8,
        queries: [{ expr: sumBy('use', 'tickwork_slots'), legend: '{{use}}' }],
      },
      {
        title: 'Slot use',
        description: 'Share of slot time spent inside trials since the worker connected.',
        kind: 'lines',
        unit: 'percentunit',
        width: 8,
        max: 1,
        queries: [{ expr: `max by (worker) (tickwork_worker_slot_use_ratio{${WORKER}})`, legend: '{{worker}}' }],
      },
      {
        title: 'Workers by state',
        description: 'A lost worker has not been heard of for longer than a lease.',
        kind: 'stack',
        unit: 'short',
        width: 8,
        queries: [{ expr: sumBy('state', 'tickwork_workers'), legend: '{{state}}' }],
      },
      {
        title: 'Training speed by worker',
        description: 'Images per second of the trials that run on it.',
        kind: 'lines',
        unit: 'short',
        width: 12,
        queries: [{ expr: `sum by (worker) (tickwork_worker_images_per_second{${WORKER}})`, legend: '{{worker}}' }],
      },
      {
        title: 'Outbox by worker',
        description:
          'Records on the worker’s disk that wait for a commit receipt. Growing without end means that nothing is committed.',
        kind: 'lines',
        unit: 'short',
        width: 12,
        queries: [{ expr: `sum by (worker) (tickwork_worker_outbox_records{${WORKER}})`, legend: '{{worker}}' }],
      },
    ],
  },
  {
    title: 'Records',
    panels: [
      {
        title: 'Records settled by disposition',
        description: 'What became of each delivered record. Repeats are harmless; quarantined and malformed are not.',
        kind: 'stack',
        unit: 'cps',
        width: 12,
        queries: [{ expr: rateBy('disposition', 'tickwork_records_settled_total'), legend: '{{disposition}}' }],
      },
      {
        title: 'Commit latency',
        description: 'From the delivery of a batch of records to its durable commit.',
        kind: 'lines',
        unit: 's',
        width: 12,
        queries: quantiles('tickwork_record_commit_seconds', 0.5, 0.95, 0.99),
      },
      {
        title: 'Records received by kind',
        description: 'Deliveries by NATS, repeats included.',
        kind: 'stack',
        unit: 'cps',
        width: 12,
        queries: [{ expr: rateBy('kind', 'tickwork_records_received_total'), legend: '{{kind}}' }],
      },
      {
        title: 'Received and not settled',
        description:
          'Returns to 0 whenever the cluster is quiet; if it does not, records are stuck in the coordinator.',
        kind: 'lines',
        unit: 'short',
        width: 12,
        queries: [
          {
            expr: `sum(tickwork_records_received_total{${COORDINATOR}}) - sum(tickwork_records_settled_total{${COORDINATOR}})`,
            legend: 'in flight',
          },
        ],
      },
    ],
  },
  {
    title: 'Leases and failures',
    panels: [
      {
        title: 'Leases',
        description: 'Granted and expired, per second.',
        kind: 'lines',
        unit: 'cps',
        width: 8,
        queries: [
          { expr: rate('tickwork_leases_granted_total'), legend: 'granted' },
          { expr: rate('tickwork_leases_expired_total'), legend: 'expired' },
        ],
      },
      {
        title: 'Attempts lost by kind',
        description: 'Attempts that ended without a result, per second.',
        kind: 'lines',
        unit: 'cps',
        width: 8,
        queries: [{ expr: rateBy('kind', 'tickwork_attempts_lost_total'), legend: '{{kind}}' }],
      },
      {
        title: 'Wait of a free slot',
        description: 'From a free slot to its assignment while cells were pending.',
        kind: 'lines',
        unit: 's',
        width: 8,
        queries: quantiles('tickwork_lease_wait_seconds', 0.5, 0.99),
      },
    ],
  },
  {
    title: 'Coordinator',
    panels: [
      {
        title: 'Event log sequence',
        description: 'Last batch in the event log. A second writer would be refused by the log.',
        kind: 'lines',
        unit: 'short',
        width: 6,
        queries: [{ expr: `max(tickwork_event_log_sequence{${COORDINATOR}})`, legend: 'sequence' }],
      },
      {
        title: 'Leader epoch',
        description: 'Every step is a start of a coordinator.',
        kind: 'lines',
        unit: 'none',
        width: 6,
        queries: [{ expr: `max by (instance) (tickwork_leader_epoch{${COORDINATOR}})`, legend: '{{instance}}' }],
      },
      {
        title: 'Replay of the event log',
        description: 'Time the last start took to replay it.',
        kind: 'lines',
        unit: 's',
        width: 6,
        queries: [{ expr: `max by (instance) (tickwork_replay_seconds{${COORDINATOR}})`, legend: '{{instance}}' }],
      },
      {
        title: 'Version',
        description: 'Coordinators by version.',
        kind: 'lines',
        unit: 'short',
        width: 6,
        queries: [{ expr: sumBy('version', 'tickwork_build_info'), legend: '{{version}}' }],
      },
      {
        title: 'gRPC calls by code',
        description: 'Finished calls per second. INTERNAL is a defect of Tickwork.',
        kind: 'stack',
        unit: 'reqps',
        width: 12,
        queries: [{ expr: rateBy('code', 'tickwork_grpc_requests_total'), legend: '{{code}}' }],
      },
      {
        title: 'gRPC latency by method (p95)',
        description: 'Unary calls.',
        kind: 'lines',
        unit: 's',
        width: 12,
        queries: [
          {
            expr: `histogram_quantile(0.95, sum by (method, le) (rate(tickwork_grpc_request_seconds_bucket{${COORDINATOR}}[$__rate_interval])))`,
            legend: '{{method}}',
          },
        ],
      },
    ],
  },
];
