import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import type { TrialProcess, TrialProcessListener } from '../../worker/slots/trial-process.ts';
import type { TrialOutcome } from '../../worker/training/outcome.ts';
import type { AgentToTrial, TrialToAgent } from '../../worker/trial-messages.ts';
import type { Random } from '../random.ts';
import { createProcess, type Process } from '../time/process.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { trialTruth } from './trial.ts';

export interface TrialProcessDeps {
  readonly scheduler: Scheduler;
  readonly agent: Process;
  readonly random: Random;
  /** Probability that a trial takes its process down, or fails by itself in a way that a retry mends. */
  readonly mishap: number;
  /** How much longer trials take than in other worlds: above 1 they outlast leases that nobody speaks of. */
  readonly slowness: number;
}

/** A slot's child process: it trains in virtual time, and dies with its agent but goes on while that is stopped. */
export function startSimulatedTrialProcess(deps: TrialProcessDeps, listener: TrialProcessListener): TrialProcess {
  const { scheduler, agent, random, mishap, slowness } = deps;
  const child = createProcess(scheduler, agent.machine, `${agent.name} trial`, random);
  let trialId = '';
  agent.onChange((state) => state === 'dead' && child.kill());

  const say = (message: TrialToAgent): void => void agent.enter(() => listener.onMessage(message));

  function exit(how: string): void {
    if (!child.alive) return;
    child.kill();
    agent.enter(() => listener.onExit({ how, lastLines: [] }), 1);
  }

  function end(id: string, outcome: TrialOutcome): void {
    if (trialId !== id) return;
    trialId = '';
    say({ type: 'outcome', trialId: id, outcome });
  }

  async function train(id: string, spec: TrialSpec): Promise<void> {
    const truth = trialTruth(spec);
    const begun = scheduler.now;
    const { trainEpochs } = spec.parameters;
    const pace = slowness * random.between(500, 4_000);
    await child.wait(random.between(20, 400));
    if (trialId === id) say({ type: 'started', trialId: id });
    for (let trainEpoch = 1; trainEpoch <= trainEpochs; trainEpoch++) {
      await child.wait(pace * random.between(0.8, 1.2));
      if (trialId !== id) return;
      if (random.chance(mishap)) {
        if (random.chance(0.5)) return exit('signal SIGKILL (perhaps out of memory)');
        return end(id, { status: 'failed', kind: 'out_of_memory', message: 'The device has no memory left.' });
      }
      if ('diverges' in truth) return end(id, { status: 'failed', kind: 'diverged', message: 'The loss became NaN.' });
      const testError = truth.curve[trainEpoch - 1] as number;
      const metrics = { trainLoss: testError / 10, trainError: testError, testError, learningRate: 0.01 };
      say({
        type: 'progress',
        trialId: id,
        phase: 'training',
        trainEpoch,
        trainEpochs,
        step: trainEpoch,
        steps: trainEpochs,
      });
      say({ type: 'report', trialId: id, trainEpoch, metrics });
    }
    await child.wait(pace / 2);
    if ('testError' in truth) end(id, succeeded(truth.testError, scheduler.now - begun));
  }

  child.enter(() => say({ type: 'ready' }), random.between(200, 2_000));
  return {
    pid: 1,
    send(message: AgentToTrial) {
      child.enter(() => {
        if (message.type === 'shutdown') return exit('exit code 0');
        if (message.type === 'run') {
          trialId = message.trialId;
          void train(message.trialId, message.spec as TrialSpec);
        } else if (trialId === message.trialId) {
          end(message.trialId, { status: 'failed', kind: 'cancelled', message: message.reason });
        }
      }, 1);
    },
    kill: () => exit('signal SIGKILL (perhaps out of memory)'),
  };
}

/** Times differ from one attempt to the next, so the results of two attempts are told apart. */
function succeeded(testError: number, elapsedMs: number): TrialOutcome {
  return {
    status: 'succeeded',
    metrics: {
      testError,
      trainError: testError,
      trainLoss: testError / 10,
      imagesPerSecond: 1_000,
      trainSeconds: elapsedMs / 1_000,
      testSeconds: 1,
      inputWaitSeconds: 0,
    },
    provenance: {
      engine: {
        executor: 'cpu',
        library: 'simulation',
        device: 'cpu',
        precision: 'float32',
        threads: 1,
        deterministic: true,
      },
      node: 'v20.19.0',
      tensorflowJs: '4.22.0',
      streams: 'none',
      dataset: 'none',
      normalisation: { mean: [0], deviation: [1] },
      perClass: { averagePrecision: [] },
    },
  };
}
