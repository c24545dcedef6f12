import type { AgentToTrial, TrialToAgent } from '../../worker/trial-messages.ts';
import { type CellKey, pace, reports, testErrorOf } from '../trial/metric.ts';

/**
 * Stands in for worker/training/trial-process.ts: the same messages, no training. A trial takes a millisecond for each
 * training image, and its values are a hash of its parameters and seed, so that anybody can tell what they should be.
 */
type Run = Extract<AgentToTrial, { type: 'run' }>;

let running: { readonly trialId: string; readonly timer: NodeJS.Timeout } | undefined;

function send(message: TrialToAgent): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

function run({ trialId, spec }: Run): void {
  const { parameters, seed } = spec as Exclude<Run['spec'], { readonly command: unknown }>;
  const key: CellKey = { learningRate: parameters.learningRate, momentum: parameters.momentum, seed };
  const error = testErrorOf(key);
  send({ type: 'started', trialId });
  if (reports(key)) {
    const metrics = { trainLoss: error / 50, trainError: error / 2, testError: error, learningRate: key.learningRate };
    send({ type: 'report', trialId, trainEpoch: 1, metrics });
  }
  const timer = setTimeout(
    () => {
      running = undefined;
      const rest = { imagesPerSecond: 1, trainSeconds: 1, inputWaitSeconds: 0, testSeconds: 1 };
      const metrics = { testError: error, trainError: error / 2, trainLoss: error / 50, ...rest };
      const provenance = { engine: { name: 'chaos' }, node: process.version };
      // What a result was made with is not looked at on its way.
      send({
        type: 'outcome',
        trialId,
        outcome: { status: 'succeeded', metrics, provenance },
      } as unknown as TrialToAgent);
    },
    (parameters.trainImages ?? 1) * pace(key),
  );
  running = { trialId, timer };
}

function stop(trialId: string, reason: string): void {
  if (running?.trialId !== trialId) return;
  clearTimeout(running.timer);
  running = undefined;
  send({ type: 'outcome', trialId, outcome: { status: 'failed', kind: 'cancelled', message: reason } });
}

process.on('message', (message: AgentToTrial) => {
  if (message.type === 'run') run(message);
  else if (message.type === 'stop') stop(message.trialId, message.reason);
  else process.exit(0);
});
process.on('disconnect', () => process.exit(0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
send({ type: 'ready' });
