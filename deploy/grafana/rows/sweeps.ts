import type { Row } from '../panel.ts';
import { COORDINATOR, quantiles, sumBy } from '../queries.ts';

/** How far the sweeps are. */
export const SWEEPS: Row = {
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
};
