// Stands in for worker/training/trial-process.ts in tests of the agent: the same messages, no training. What a trial does
// is chosen by its seed (scripted-trials.json). Plain JavaScript, because Node 20 forks no TypeScript.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SCRIPTS = JSON.parse(readFileSync(new URL('./scripted-trials.json', import.meta.url), 'utf8'));
const METRICS = {
  testError: 12.5,
  trainError: 10,
  trainLoss: 0.25,
  imagesPerSecond: 100,
  trainSeconds: 1,
  testSeconds: 0.5,
};

/** @type {{ trialId: string, deaf: boolean } | undefined} */
let running;

const send = (message) => process.send(message, undefined, undefined, () => {});

function end(trialId, outcome) {
  if (running?.trialId !== trialId) return;
  running = undefined;
  send({ type: 'outcome', trialId, outcome });
}

const succeed = (trialId, metrics = METRICS) =>
  end(trialId, { status: 'succeeded', metrics, provenance: { engine: { name: 'scripted' }, node: process.version } });

function run({ trialId, spec, options }) {
  running = { trialId, deaf: spec.seed === SCRIPTS.deafToStop };
  send({ type: 'started', trialId });
  send({ type: 'progress', trialId, phase: 'training', trainEpoch: 1, trainEpochs: 2, step: 3, steps: 6, loss: 0.5 });
  send({
    type: 'report',
    trialId,
    trainEpoch: 1,
    metrics: { trainLoss: 0.5, trainError: 20, testError: 25, learningRate: 0.1 },
  });
  switch (spec.seed) {
    case SCRIPTS.succeed:
      return succeed(trialId);
    case SCRIPTS.untilGateOpens: {
      const timer = setInterval(() => {
        if (!existsSync(join(options.datasetRoots[0], 'gate'))) return;
        clearInterval(timer);
        succeed(trialId);
      }, 10);
      return;
    }
    // A result that says which cell it is of, after a while in which something can happen.
    case SCRIPTS.tellLearningRate:
      setTimeout(() => succeed(trialId, { ...METRICS, testError: spec.parameters.learningRate * 100 }), 100);
      return;
    case SCRIPTS.exitInTheMiddle:
      process.stderr.write('The roof is on fire.\n', () => process.exit(3));
      return;
    // As V8 does it.
    case SCRIPTS.exhaustHeap:
      process.stderr.write('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n', () =>
        process.abort(),
      );
      return;
    case SCRIPTS.killedInTheMiddle:
      process.kill(process.pid, 'SIGKILL');
      return;
    case SCRIPTS.infiniteMetric:
      return succeed(trialId, { ...METRICS, trainLoss: Number.POSITIVE_INFINITY });
    case SCRIPTS.fail:
      return end(trialId, { status: 'failed', kind: 'diverged', message: 'The loss became NaN.' });
  }
}

function stop(trialId, reason) {
  if (running?.trialId === trialId && !running.deaf)
    end(trialId, { status: 'failed', kind: 'cancelled', message: reason });
}

process.on('message', (message) => {
  if (message.type === 'run') run(message);
  else if (message.type === 'stop') stop(message.trialId, message.reason);
  else if (!running?.deaf) process.exit(0);
});
process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
send({ type: 'ready' });
