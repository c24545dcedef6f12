import type { Grid } from '../grid/grid.ts';
import { digitAt, type Locator } from '../space/locator.ts';
import { ABSENT } from '../space/space.ts';
import { levelAt } from '../study/levels.ts';
import type { ParameterValue, Study, StudyFactor } from '../study/study.ts';

/**
 * Configurations of a grid that are alike in all that decides where and whether a trial may start: the memory that it needs, and, of a
 * study with a budget, the work that it is. So one of a class stands for all of it. Numbered in the order in which they are met.
 */
export interface FitClasses {
  classOf(gridIndex: number): number;
}

/** Neither memory nor work depends on these. What is not here may. */
const NEVER: ReadonlySet<string> = new Set([
  ...['learningRate', 'momentum', 'weightDecay', 'biasRate', 'biasDecay', 'layerRates', 'layerDecays', 'filterRadius'],
  ...['schedule', 'scheduleEvery', 'schedulePatience', 'scheduleMetric', 'scheduleFactor', 'schedulePower'],
  ...['divergenceFactor', 'checkpointEvery', 'saveWeightsAs', 'initialWeights', 'copyLayers', 'reinitialise'],
  ...['loss', 'colourShift', 'trainFlip', 'trainScale', 'inputNormalisation', 'corruptImages', 'validationImages'],
]);

/** Memory does not depend on these either. */
const WORK_ONLY: ReadonlySet<string> = new Set([
  'trainImages',
  'imagesPerClass',
  'testImages',
  'testCrops',
  'testFlip',
]);

/** What matters of one assignment; undefined: nothing. */
function matterOf(name: string, value: ParameterValue, hasBudget: boolean): ParameterValue | undefined {
  if (NEVER.has(name) || (!hasBudget && WORK_ONLY.has(name))) return undefined;
  // A dropout has a mask, whatever its rate; a trial of no epoch trains nothing.
  if (name === 'dropout' && typeof value === 'number') return value > 0;
  if (name === 'trainEpochs' && typeof value === 'number' && !hasBudget) return value > 0;
  return value;
}

/** Grids and studies are immutable, so what follows from them stays true. */
const known = new WeakMap<Grid, { readonly hasBudget: boolean; readonly classes: FitClasses }>();

export function fitClassesOf({ study, grid }: { readonly study: Study; readonly grid: Grid }): FitClasses {
  const hasBudget = study.budget !== undefined;
  const remembered = known.get(grid);
  if (remembered?.hasBudget === hasBudget) return remembered.classes;
  const classes = newClasses(study, grid, hasBudget);
  known.set(grid, { hasBudget, classes });
  return classes;
}

const ONE_CLASS: FitClasses = { classOf: () => 0 };

/** Of what one factor assigns, by digit, a number for what matters of it. */
interface Column {
  readonly locator: Locator;
  numberOf(digit: number): number;
}

type Branch = Map<number, Branch | number>;

function newClasses({ command, factors }: Study, grid: Grid, hasBudget: boolean): FitClasses {
  // What a command needs nobody knows: the same for all.
  if (command !== undefined) return ONE_CLASS;
  const columns = factors.flatMap((factor, i): Column[] =>
    matters(factor, hasBudget) ? [{ locator: grid.locator(i), numberOf: numbering(factor, hasBudget) }] : [],
  );
  if (columns.length === 0) return ONE_CLASS;
  const last = columns.length - 1;
  const tree: Branch = new Map();
  let classes = 0;
  return {
    classOf(gridIndex) {
      let branch = tree;
      for (const [i, { locator, numberOf }] of columns.entries()) {
        const number = numberOf(digitAt(locator, gridIndex));
        const next = branch.get(number) ?? (i === last ? classes++ : new Map());
        branch.set(number, next);
        if (typeof next === 'number') return next;
        branch = next;
      }
      return 0;
    },
  };
}

function matters({ name, levels }: StudyFactor, hasBudget: boolean): boolean {
  const any = (parameter: string, value: ParameterValue): boolean =>
    matterOf(parameter, value, hasBudget) !== undefined;
  if ('count' in levels) return any(name, 0);
  if ('list' in levels) return levels.list.some((value) => any(name, value));
  return levels.some(({ assignments }) => Object.entries(assignments).some(([key, value]) => any(key, value)));
}

function numbering(factor: StudyFactor, hasBudget: boolean): (digit: number) => number {
  const byDigit = new Map<number, number>();
  const byMatter = new Map<string, number>();
  return (digit) => {
    const remembered = byDigit.get(digit);
    if (remembered !== undefined) return remembered;
    const assignments = digit === ABSENT ? {} : levelAt(factor, digit).assignments;
    const matter = JSON.stringify(
      Object.entries(assignments)
        .map(([name, value]) => [name, matterOf(name, value, hasBudget)] as const)
        .filter(([, value]) => value !== undefined),
    );
    const number = byMatter.get(matter) ?? byMatter.size;
    byMatter.set(matter, number);
    byDigit.set(digit, number);
    return number;
  };
}
