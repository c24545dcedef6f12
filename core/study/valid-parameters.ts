import type { Grid } from '../grid/grid.ts';
import { type TrialParameters, trialParametersSchema } from './trial-parameters.ts';

/** Configurations that are remembered for each grid: some more than are looked at before any of them starts. */
const CAPACITY = 4_096;
/** Grids are immutable, so what is remembered of one stays true. */
const remembered = new WeakMap<Grid, Map<number, ReturnType<typeof parse>>>();

/** The parameters of a configuration, checked and with their defaults, or what is wrong with them; remembered, as several ask in turn. */
export function validParameters(
  grid: Grid,
  gridIndex: number,
): { readonly parameters: TrialParameters } | { readonly problem: string } {
  const known = remembered.get(grid) ?? new Map<number, ReturnType<typeof parse>>();
  remembered.set(grid, known);
  const found = known.get(gridIndex) ?? parse(grid, gridIndex);
  if (known.size >= CAPACITY) known.clear();
  known.set(gridIndex, found);
  return found;
}

function parse(grid: Grid, gridIndex: number) {
  const parsed = trialParametersSchema.safeParse(grid.parameters(gridIndex));
  if (parsed.success) return { parameters: parsed.data };
  return { problem: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ') };
}
