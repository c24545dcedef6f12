import { networkEnds } from '../catalogue/classes.ts';
import { describeNetwork } from '../catalogue/networks.ts';
import type { Grid } from '../grid/grid.ts';
import { estimateMemory } from '../networks/memory.ts';
import type { TrialParameters } from '../study/trial-parameters.ts';
import { validParameters } from '../study/valid-parameters.ts';

/** Configurations that need the same memory: those that are alike in what the need depends on. */
export interface MemoryClass {
  /** The same for all of them, in every sweep. */
  readonly key: string;
  /** networks/memory.ts; 0 when it cannot be estimated. */
  readonly estimateBytes: number;
}

/** Of what cannot be estimated. */
export const UNKNOWN: MemoryClass = { key: '', estimateBytes: 0 };

/** Estimates that are remembered: a grid has many configurations of few classes. */
const CAPACITY = 1_000;
const estimates = new Map<string, number>();

export function memoryClassOf(grid: Grid, gridIndex: number): MemoryClass {
  const valid = validParameters(grid, gridIndex);
  if ('problem' in valid) return UNKNOWN;
  const p: TrialParameters = valid.parameters;
  const ends = networkEnds(p);
  const { batchSize, optimiser, freeze, testDense, testScale } = p;
  // A test over whole images holds images of the test scale.
  const test = testDense === false ? 0 : testScale;
  // What trains nothing holds much less.
  const kind = p.trainEpochs === 0 ? ['evaluation'] : [];
  const alike = [p.network, p.config, ends.channels, ends.classes, batchSize, optimiser, freeze, test, ...kind];
  const key = JSON.stringify(alike);
  // A dropout has a mask, whatever its rate.
  const masked = `${key} ${p.dropout > 0}`;
  const known = estimates.get(masked);
  if (known !== undefined) return { key, estimateBytes: known };
  const network = describeNetwork(p.network, p.config, { ...ends, dropout: p.dropout });
  const estimateBytes = estimateMemory(network, p).total;
  if (estimates.size >= CAPACITY) estimates.clear();
  estimates.set(masked, estimateBytes);
  return { key, estimateBytes };
}
