/** Stands in for worker/training/trial-process.ts: the same messages from a process of its own, no training. */
import type { TrialOutcome } from '../../worker/training/outcome.ts';
import type { AgentToTrial, TrialToAgent } from '../../worker/trial-messages.ts';

/** Names the variable that says how long each trial sleeps, ms; 0: it ends at once. */
export const TRIAL_MS = 'TF_BENCH_TRIAL_MS';

const OUTCOME: TrialOutcome = {
  status: 'succeeded',
  metrics: {
    testError: 12.5,
    trainError: 10,
    trainLoss: 0.25,
    imagesPerSecond: 100,
    trainSeconds: 1,
    inputWaitSeconds: 0,
    testSeconds: 0.5,
  },
  provenance: {
    engine: {
      ...{ executor: 'cpu', library: 'none', device: 'cpu', precision: 'float32', threads: 1, deterministic: true },
    },
    ...{ node: process.version, tensorflowJs: 'none', streams: 'none', dataset: 'none' },
    normalisation: { mean: [0], deviation: [1] },
    perClass: { averagePrecision: [] },
  },
};

function main(): void {
  const ms = Number(process.env[TRIAL_MS] ?? 0);
  const send = (message: TrialToAgent): void => void process.send?.(message, undefined, undefined, () => {});
  process.on('message', (message: AgentToTrial) => {
    if (message.type === 'shutdown') process.exit(0);
    if (message.type !== 'run') return;
    const { trialId } = message;
    send({ type: 'started', trialId });
    const end = (): void => send({ type: 'outcome', trialId, outcome: OUTCOME });
    if (ms > 0) setTimeout(end, ms);
    else end();
  });
  process.on('disconnect', () => process.exit(0));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  send({ type: 'ready' });
}

if (process.send !== undefined && process.env[TRIAL_MS] !== undefined) main();
