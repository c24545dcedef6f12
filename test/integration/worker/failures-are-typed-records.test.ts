import { describe, expect, test } from 'vitest';
import { assignment, receipts, type Script, startWorkerHarness } from '../../support/worker-harness.ts';

describe('a failure record', () => {
  test.each<[string, Script, string, RegExp]>([
    [
      'what its process printed when that exits',
      'exitInTheMiddle',
      'infrastructure',
      /exit code 3.*The roof is on fire\./s,
    ],
    [
      'that memory may be short when its process is killed',
      'killedInTheMiddle',
      'infrastructure',
      /SIGKILL \(perhaps out of memory\)/,
    ],
    [
      'that memory was short when V8 said so',
      'exhaustHeap',
      'out_of_memory',
      /SIGABRT.*JavaScript heap out of memory/s,
    ],
    ['the metric that is not a number', 'infiniteMetric', 'diverged', /trainLoss to be finite, got Infinity/],
    ["the trial's own reason", 'fail', 'diverged', /^The loss became NaN\.$/],
  ])('says %s', async (_, script, failure, message) => {
    await using harness = await startWorkerHarness();
    harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, script));
    const { record } = await harness.record('grid-1.4.1.failure');
    expect(record).toMatchObject({ kind: 'failure', failure, message: expect.stringMatching(message) });

    // The slot is as good as new.
    stream.send(receipts('grid-1.4.1.failure'));
    stream.send(assignment(5, 'succeed'));
    await harness.record('grid-1.5.1.result');
  });

  test('says why the trial process does not even start', async () => {
    await using harness = await startWorkerHarness();
    harness.startWorker({}, { trialProcess: '/nowhere/trial-process.js' });
    const stream = await harness.coordinator.connection(0);
    stream.send(assignment(4, 'succeed'));
    const { record } = await harness.record('grid-1.4.1.failure');
    expect(record).toMatchObject({
      failure: 'infrastructure',
      message: expect.stringMatching(/before it was ready: exit code 1\..*Cannot find module/s),
    });
  });

  test('says what is wrong with the assignment', async () => {
    await using harness = await startWorkerHarness();
    harness.startWorker();
    const stream = await harness.coordinator.connection(0);
    const sent = assignment(4, 'succeed');
    stream.send({
      assignment: { ...sent.assignment, trialJson: '{"parameters": {"network": "perceptron"}, "seed": 1.5}' },
    });
    const { record } = await harness.record('grid-1.4.1.failure');
    expect(record).toMatchObject({
      failure: 'infrastructure',
      message: expect.stringMatching(/at seed.*at parameters\.network/s),
    });
  });
});
