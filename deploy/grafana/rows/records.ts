import type { Row } from '../panel.ts';
import { COORDINATOR, quantiles, rate, rateBy } from '../queries.ts';

/** How results arrive and what becomes of them. */
export const RECORDS: Row = {
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
      title: 'Results reused',
      description: 'Trials that were given the result of an equal trial of another sweep, and so were not trained.',
      kind: 'lines',
      unit: 'cps',
      width: 12,
      queries: [{ expr: rate('tickwork_results_reused_total'), legend: 'reused' }],
    },
    {
      title: 'Received and not settled',
      description: 'Returns to 0 whenever the cluster is quiet; if it does not, records are stuck in the coordinator.',
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
};
