import { networkEnds } from '../catalogue/classes.ts';
import { describeNetwork } from '../catalogue/networks.ts';
import type { Grid } from '../grid/grid.ts';
import { countMultiplyAccumulates, countParameters, countWeightLayers } from '../networks/counts.ts';
import { trialParameters } from '../study/check-levels.ts';
import type { Study, StudyFactor } from '../study/study.ts';
import type { TrialParameters } from '../study/trial-parameters.ts';

/** What a row says of its configurations beside their levels: what is true of all of them. */
export interface RowFacts {
  readonly weightLayers?: number;
  readonly parameters?: number;
  readonly macsPerImage?: number;
  /** By the name of the parameter, in the order of the study's `show`. */
  readonly shown: ReadonlyMap<string, string>;
}

/** Answers for one configuration after another, and remembers the networks it has seen: a grid has many configurations of few. */
export function createFactReader(study: Study, grid: Grid): (gridIndex: number) => RowFacts {
  const known = new Map<string, Omit<RowFacts, 'shown'>>();

  function networkFacts({ network, config, dataset, classes }: TrialParameters): Omit<RowFacts, 'shown'> {
    const ends = networkEnds({ dataset, classes });
    const key = `${network} ${config} ${ends.channels} ${ends.classes}`;
    const found = known.get(key);
    if (found) return found;
    // Dropout has no weights: its rate changes none of the facts.
    const description = describeNetwork(network, config, { ...ends, dropout: 0 });
    const facts = {
      weightLayers: countWeightLayers(description),
      parameters: countParameters(description),
      macsPerImage: countMultiplyAccumulates(description),
    };
    known.set(key, facts);
    return facts;
  }

  return (gridIndex) => {
    // Of a command nothing is known but its parameters.
    if (study.command) return { shown: shownOf(grid.parameters(gridIndex), study.table.show) };
    const parameters = trialParameters(grid, gridIndex);
    return { ...networkFacts(parameters), shown: shownOf(parameters, study.table.show) };
  };
}

function shownOf(parameters: Readonly<Record<string, unknown>>, names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    names.map((name) => {
      const value = parameters[name];
      return [name, Array.isArray(value) ? `[${value.join(';')}]` : String(value)];
    }),
  );
}

export function commonFacts({ shown, ...a }: RowFacts, { shown: others, ...b }: RowFacts): RowFacts {
  return {
    ...Object.fromEntries(Object.entries(a).filter(([name, value]) => b[name as keyof typeof b] === value)),
    shown: new Map([...shown].filter(([name, label]) => others.get(name) === label)),
  };
}

/** Parameters that facts follow from, beside those that are shown. */
const OF_FACTS = ['network', 'config', 'dataset', 'classes'];
/** `trainImages` may be left to these. */
const OF_TRAIN_IMAGES = ['imagesPerClass', 'classes', 'dataset'];

/** The factors that facts depend on, by their places in the study. */
export function columnsOfFacts({ factors, table }: Study): readonly number[] {
  const names = new Set([...OF_FACTS, ...table.show, ...(table.show.includes('trainImages') ? OF_TRAIN_IMAGES : [])]);
  return factors.flatMap((factor, i) => (assigns(factor, names) ? [i] : []));
}

function assigns({ name, levels }: StudyFactor, names: ReadonlySet<string>): boolean {
  if (!Array.isArray(levels)) return names.has(name);
  return levels.some(({ assignments }) => Object.keys(assignments).some((parameter) => names.has(parameter)));
}
