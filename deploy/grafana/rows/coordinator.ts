import type { Row } from '../panel.ts';
import { COORDINATOR, rateBy, sumBy } from '../queries.ts';

/** The deciding process itself. */
export const COORDINATOR_ROW: Row = {
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
      title: 'Memory',
      description: 'Resident memory of the coordinator.',
      kind: 'lines',
      unit: 'bytes',
      width: 8,
      queries: [
        {
          expr: `max by (instance) (tickwork_process_resident_memory_bytes{${COORDINATOR}})`,
          legend: '{{instance}}',
        },
      ],
    },
    {
      title: 'CPU',
      description: 'Cores in use. One core is all that JavaScript has; more is DuckDB.',
      kind: 'lines',
      unit: 'short',
      width: 8,
      queries: [
        {
          expr: `sum by (instance) (rate(tickwork_process_cpu_seconds_total{${COORDINATOR}}[$__rate_interval]))`,
          legend: '{{instance}}',
        },
      ],
    },
    {
      title: 'Event loop lag (p99)',
      description: 'Above half a second heartbeats come late and leases are at risk.',
      kind: 'lines',
      unit: 's',
      width: 8,
      queries: [
        {
          expr: `max by (instance) (tickwork_nodejs_eventloop_lag_p99_seconds{${COORDINATOR}})`,
          legend: '{{instance}}',
        },
      ],
    },
    {
      title: 'gRPC calls by code',
      description: 'Finished calls per second by gRPC status. INTERNAL is a defect of Tickwork.',
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
};
