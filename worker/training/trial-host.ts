import type { CommandSpec } from '../../core/command/command.ts';
import type { TrialSpec } from '../../core/study/trial-parameters.ts';
import type { Executor } from '../../engine/executor.ts';
import type { AgentToTrial, AnyOutcome, ExecutorChoice, TrialOptions, TrialToAgent } from '../trial-messages.ts';
import { createDatasetCache, type DatasetSource } from './data/dataset-cache.ts';
import { failureOf } from './failure.ts';
import { trainTrial } from './trainer.ts';

export interface TrialHostDependencies {
  readonly send: (message: TrialToAgent) => void;
  readonly openExecutor: (choice: ExecutorChoice) => Promise<Executor>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Runs the lab's own program instead of the training. */
  readonly runCommand: RunCommand;
  /** Names this process among all that may write to the same checkpoint folder, as a file name may. */
  readonly writer: string;
}

/** What a command needs of its host; `signal` ends it. */
export type RunCommand = (
  spec: CommandSpec,
  message: Extract<AgentToTrial, { readonly type: 'run' }>,
  signal: AbortSignal,
) => Promise<AnyOutcome>;

/** Runs the trials that an agent asks for, one after another, keeping the executor and the decoded images between them. */
export interface TrialHost {
  handle(message: Exclude<AgentToTrial, { readonly type: 'shutdown' }>): void;
  /** Cancels what runs, awaits its outcome, and gives the executor back. */
  close(): Promise<void>;
}

interface Workbench {
  readonly options: TrialOptions;
  readonly executor: Executor;
  readonly datasets: DatasetSource;
}

export function createTrialHost(dependencies: TrialHostDependencies): TrialHost {
  const { send, openExecutor, runCommand, now, writer } = dependencies;
  let workbench: Workbench | undefined;
  let closing = false;
  let current: { readonly trialId: string; readonly stop: AbortController; readonly done: Promise<void> } | undefined;

  async function prepare(options: TrialOptions): Promise<Workbench> {
    if (workbench !== undefined && sameOptions(workbench.options, options)) return workbench;
    const { executor, datasetRoots } = options;
    await workbench?.executor.dispose();
    workbench = undefined;
    workbench = { options, executor: await openExecutor(executor), datasets: createDatasetCache(datasetRoots) };
    return workbench;
  }

  async function run(message: Extract<AgentToTrial, { readonly type: 'run' }>, signal: AbortSignal): Promise<void> {
    const { trialId, spec } = message;
    send({ type: 'started', trialId });
    const outcome = await ('command' in spec ? runCommand(spec, message, signal) : train(spec, message, signal));
    // Free before the agent hears of it, as its next message may be a `run`.
    current = undefined;
    send({ type: 'outcome', trialId, outcome });
  }

  function train(
    spec: TrialSpec,
    { trialId, cell, options }: Extract<AgentToTrial, { readonly type: 'run' }>,
    signal: AbortSignal,
  ): Promise<AnyOutcome> {
    return prepare(options).then(
      ({ executor, datasets }) =>
        trainTrial(spec, {
          executor,
          datasets,
          now,
          signal,
          checkpoints: { root: options.checkpointFolder, cell, writer },
          inputResources: options,
          checkFirstBatch: options.checkFirstBatch,
          isPreempted: () => closing,
          onWarning: (warning) => send({ type: 'warning', trialId, message: warning }),
          onProgress: (progress) => send({ type: 'progress', trialId, ...progress }),
          onReport: (report) => send({ type: 'report', trialId, ...report }),
        }),
      (error: unknown) => failureOf(error, signal),
    );
  }

  return {
    handle(message) {
      const { trialId } = message;
      if (message.type === 'stop') {
        if (current?.trialId === trialId) current.stop.abort(message.reason);
        return;
      }
      if (current !== undefined) {
        const busy = `Expected a free trial process, got one that runs trial ${current.trialId}.`;
        send({ type: 'outcome', trialId, outcome: { status: 'failed', kind: 'infrastructure', message: busy } });
        return;
      }
      const stop = new AbortController();
      current = { trialId, stop, done: run(message, stop.signal) };
    },
    async close() {
      closing = true;
      current?.stop.abort('the trial process is shutting down');
      await current?.done;
      await workbench?.executor.dispose();
      workbench = undefined;
    },
  };
}

function sameOptions(a: TrialOptions, b: TrialOptions): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
