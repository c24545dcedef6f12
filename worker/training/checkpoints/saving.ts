import type { StepState } from '../../../engine/executor.ts';
import type { Saving } from '../train-epoch.ts';
import type { CheckpointStore } from './store.ts';

export const NO_SAVING: Saving = { isDue: () => false, save: async () => {} };

/**
 * Saves after every `every` steps, and after the last one of a trial long enough to have been saved before. A disk that
 * refuses a checkpoint costs no trial: it goes on, and `onWarning` hears of it.
 */
export function createSaving(
  store: CheckpointStore,
  state: StepState,
  { every, steps }: { readonly every: number; readonly steps: number },
  onWarning: (message: string) => void,
): Saving {
  return {
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
