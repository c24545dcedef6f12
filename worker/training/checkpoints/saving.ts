import type { StepState } from '../../../engine/executor.ts';
import type { Saving } from '../train-epoch.ts';
import type { CheckpointStore } from './store.ts';

/**
 * Saves after every `every` steps, when the trial is preempted, and after the last one of a trial long enough to have been saved before. A disk that
 * refuses a checkpoint costs no trial: it goes on, and `onWarning` hears of it.
 */
export function createSaving(
  store: CheckpointStore,
  state: StepState,
  { every, steps }: { readonly every: number; readonly steps: number },
  { onWarning, isPreempted }: SavingHooks,
): Saving {
  return {
    isPreempted,
    isDue: (step) => every > 0 && step >= every && (step % every === 0 || step === steps),
    async save(step, progress) {
      try {
        await store.save(step, progress, state);
      } catch (error) {
        onWarning(
          `Expected to save a checkpoint after step ${step}, got: ${String(error)}. Training goes on without it.`,
        );
      }
    },
  };
}

interface SavingHooks {
  readonly onWarning: (message: string) => void;
  readonly isPreempted: () => boolean;
}
