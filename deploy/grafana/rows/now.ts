import type { Row } from '../panel.ts';
import { COORDINATOR } from '../queries.ts';

/** The state of the cluster at a glance. */
export const NOW: Row = {
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
      queries: [{ expr: `sum(increase(tickwork_leases_expired_total{${COORDINATOR}}[$__range]))`, legend: 'expired' }],
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
};
