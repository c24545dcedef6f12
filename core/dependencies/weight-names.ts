import type { ParameterValue, Study } from '../study/study.ts';

/** The parameters by which trials hand weights to others of the same seed. */
export type WeightsParameter = 'saveWeightsAs' | 'initialWeights';

/** Whether some level says to start from weights that another one says to keep. Looks at levels, at no configuration. */
export function mayDepend(study: Pick<Study, 'parameters' | 'factors'>): boolean {
  const saved = namesOf(study, 'saveWeightsAs');
  return [...namesOf(study, 'initialWeights')].some((name) => saved.has(name));
}

function namesOf({ parameters, factors }: Pick<Study, 'parameters' | 'factors'>, parameter: WeightsParameter) {
  const names = new Set<ParameterValue>();
  const add = (value: ParameterValue | undefined): void => void (value === undefined || names.add(value));
  add(parameters[parameter]);
  for (const { name, levels } of factors) {
    // A range has numbers only, and they name nothing.
    if ('count' in levels) continue;
    if (!('list' in levels)) for (const { assignments } of levels) add(assignments[parameter]);
    else if (name === parameter) levels.list.forEach(add);
  }
  return names;
}
