import { beforeEach, describe, expect, it } from 'vitest';
import { createMemoryEventLog } from '../../../coordinator/adapters/memory/event-log.ts';
import { createMemoryResultStore } from '../../../coordinator/adapters/memory/result-store.ts';
import { createLedger, type Ledger } from '../../../coordinator/ledger/ledger.ts';
import type { Delivery, ResultStore } from '../../../coordinator/ports.ts';
import { answerUnreceipted } from '../../../coordinator/sessions/receipts.ts';
import { EMPTY_CLUSTER } from '../../../core/sweep/state.ts';
import { recordContentHash, recordId, type TrialRecord } from '../../../proto/records.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { smallStudy } from '../../support/studies.ts';

const lease = { sweepId: 'small-1', cell: 0, attempt: 1, leaseId: 'lease', epoch: 0, worker: 'w' };
const ended = { durationMs: 1, endedAt: 1 };
const result: TrialRecord = { kind: 'result', ...lease, ...ended, metrics: { testError: 1 }, provenance: {} };
const failure: TrialRecord = { kind: 'failure', ...lease, ...ended, failure: 'infrastructure', message: 'broke' };

function delivered(record: TrialRecord): Delivery {
  const [id, contentHash] = [recordId(record), recordContentHash(record)];
  return { record, id, contentHash, sequence: 1, deliveries: 1, ack: async () => {} };
}

/** Found by the simulation: a worker that asked was told "superseded" of records that were nowhere, and dropped them. */
describe('a worker that asks for lost receipts', () => {
  let ledger: Ledger;
  let store: ResultStore;
  const ask = (...records: readonly TrialRecord[]) => answerUnreceipted(records.map(recordId), ledger, store);

  beforeEach(async () => {
    store = createMemoryResultStore();
    ledger = createLedger({
      ...{ initial: EMPTY_CLUSTER, log: createMemoryEventLog(), store, clock: systemClock, random: () => 0.5 },
      costOf: () => 1,
      logger: createLogger('test', 'silent'),
    });
    const study = smallStudy();
    await ledger.submit({ type: 'submit-sweep', requestId: 'r', study, studyYaml: 'y', total: 2 });
    await ledger.submit({ type: 'grant-lease', worker: 'w', leaseId: 'lease' });
  });

  it('keeps the result of a cancelled sweep until it was set aside', async () => {
    await ledger.submit({ type: 'cancel-sweep', requestId: 'c', sweepId: 'small-1' });
    expect(await ask(result)).toEqual([]);
    await ledger.ingest([delivered(result)]);
    expect(await ask(result)).toEqual([{ recordId: recordId(result), disposition: 'superseded' }]);
  });

  it('keeps the failure of an attempt that was lost meanwhile until it is in the table', async () => {
    await ledger.submit({ type: 'lose-attempt', lease, kind: 'preempted', message: 'silent', worker: 'w' });
    expect(await ask(failure)).toEqual([]);
    await ledger.ingest([delivered(failure)]);
    expect(await ask(failure)).toEqual([{ recordId: recordId(failure), disposition: 'committed' }]);
  });

  it('keeps a result that came too late until it was set aside', async () => {
    await ledger.submit({ type: 'lose-attempt', lease, kind: 'preempted', message: 'silent', worker: 'w' });
    await ledger.submit({ type: 'grant-lease', worker: 'v', leaseId: 'second' });
    const second: TrialRecord = { ...result, attempt: 2, leaseId: 'second', worker: 'v' };
    await ledger.ingest([delivered(second)]);
    expect(await ask(result, second)).toEqual([{ recordId: recordId(second), disposition: 'committed' }]);
  });
});
