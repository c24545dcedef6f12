import { type TrialParameters, trialParametersSchema } from '../../core/study/trial-parameters.ts';
import type { TrialProgress, TrialReport } from '../../worker/training/outcome.ts';
import type { TrainerDependencies } from '../../worker/training/trainer.ts';

/** A trial that is over in moments. */
export const SHORT_TRIAL: TrialParameters = trialParametersSchema.parse({
  network: 'vgg8',
  config: 'A',
  dataset: 'fashion-mnist',
  trainImages: 40,
  testImages: 30,
  trainEpochs: 2,
  batchSize: 16,
  trainScale: 32,
  testScale: 32,
  testCrops: 1,
  testFlip: true,
  trainFlip: true,
  learningRate: 0.01,
  schedule: 'constant',
  momentum: 0.9,
  weightDecay: 5e-4,
  dropout: 0.2,
});

/** What a trial tells while it runs, kept. */
export function recorder(): Pick<TrainerDependencies, 'onProgress' | 'onReport' | 'onWarning'> & {
  readonly progress: TrialProgress[];
  readonly reports: TrialReport[];
  readonly warnings: string[];
} {
  const progress: TrialProgress[] = [];
  const reports: TrialReport[] = [];
  const warnings: string[] = [];
  return {
    progress,
    reports,
    warnings,
    onProgress: (p) => progress.push(p),
    onReport: (r) => reports.push(r),
    onWarning: (w) => warnings.push(w),
  };
}
