import { z } from 'zod';
import { trialParametersSchema } from '../../core/study/trial-parameters.ts';
import { FAILURE_KINDS } from '../../core/trial/states.ts';
import type { AssignedSpec } from '../trial-messages.ts';

const trialSpecSchema = z.strictObject({ parameters: trialParametersSchema, seed: z.int() });

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const commandSpecSchema = z.strictObject({
  command: z.strictObject({
    run: z.array(z.string()).min(1),
    graceSeconds: z.number().min(0),
    timeLimitSeconds: z.number().positive().optional(),
    exitCodes: z.record(z.string(), z.enum(FAILURE_KINDS)),
  }),
  parameters: z.record(z.string(), z.union([scalar, z.array(scalar)])),
  seed: z.int(),
  handover: z
    .strictObject({
      attempt: z.int().min(1),
      awaited: z.boolean(),
      upstreams: z.array(z.strictObject({ cell: z.int().min(0), attempt: z.int().min(1) })),
    })
    .optional(),
});

/** Reads `Assignment.trial_json`. @returns the trial, or a sentence that says what is wrong with it. */
export function parseTrialSpec(json: string): { readonly spec: AssignedSpec } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return { problem: `Expected the assignment's trial_json to be JSON, got ${(error as Error).message}.` };
  }
  const isCommand = typeof value === 'object' && value !== null && 'command' in value;
  const parsed = (isCommand ? commandSpecSchema : trialSpecSchema).safeParse(value);
  if (parsed.success) return { spec: parsed.data as AssignedSpec };
  return { problem: `Expected the assignment's trial_json to be a trial, got:\n${z.prettifyError(parsed.error)}` };
}
