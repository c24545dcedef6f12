import type { Row } from '../panel.ts';
import { sumBy, WORKER } from '../queries.ts';

/** Who works, how fast, and what waits on their disks. */
export const WORKERS: Row = {
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
};
