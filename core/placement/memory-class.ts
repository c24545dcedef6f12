import { networkEnds } from '../catalogue/classes.ts';
import { describeNetwork } from '../catalogue/networks.ts';
import { estimateMemory } from '../networks/memory.ts';
import { type TrialParameters, trialParametersSchema } from '../study/trial-parameters.ts';

/** Configurations that need the same memory: those that are alike in what the need depends on. */
export interface MemoryClass {
  /** The same for all of them, in every sweep. */
  readonly key: string;
  /** networks/memory.ts; 0 when it cannot be estimated. */
  readonly estimateBytes: number;
}

/** Of what cannot be estimated. */
export const UNKNOWN: MemoryClass = { key: '', estimateBytes: 0 };

/** @param parameters as a grid gives them, not yet validated. */
export function memoryClassOf(parameters: Readonly<Record<string, unknown>>): MemoryClass {
  const parsed = trialParametersSchema.safeParse(parameters);
  if (!parsed.success) return UNKNOWN;
  const p: TrialParameters = parsed.data;
  const ends = networkEnds(p);
  const network = describeNetwork(p.network, p.config, { ...ends, dropout: p.dropout });
  const { batchSize, optimiser, freeze, testDense, testScale } = p;
  // A test over whole images holds images of the test scale.
  const test = testDense === false ? 0 : testScale;
  const key = JSON.stringify([p.network, p.config, ends.channels, ends.classes, batchSize, optimiser, freeze, test]);
  return { key, estimateBytes: estimateMemory(network, p).total };
}
