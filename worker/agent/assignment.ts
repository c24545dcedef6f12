import { z } from 'zod';
import { type TrialSpec, trialParametersSchema } from '../../core/study/trial-parameters.ts';

const trialSpecSchema = z.strictObject({ parameters: trialParametersSchema, seed: z.int() });

/** Reads `Assignment.trial_json`. @returns the trial, or a sentence that says what is wrong with it. */
export function parseTrialSpec(json: string): { readonly spec: TrialSpec } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { problem: `Expected the assignment's trial_json to be JSON, got ${(error as Error).message}.` };
  }
  const parsed = trialSpecSchema.safeParse(value);
  if (parsed.success) return { spec: parsed.data };
  return { problem: `Expected the assignment's trial_json to be a trial, got:\n${z.prettifyError(parsed.error)}` };
}
