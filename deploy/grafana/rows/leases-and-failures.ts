import type { Row } from '../panel.ts';
import { quantiles, rate, rateBy } from '../queries.ts';

/** What was granted, lost and waited for. */
export const LEASES_AND_FAILURES: Row = {
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
};
