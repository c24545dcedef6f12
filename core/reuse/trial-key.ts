import { dependenciesOf } from '../dependencies/dependencies.ts';
import { type Grid, gridIndexOf, seedOf } from '../grid/grid.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import type { Study } from '../study/study.ts';
import { TRIAL_PARAMETER_NAMES, type TrialParameters } from '../study/trial-parameters.ts';
import { validParameters } from '../study/valid-parameters.ts';
import { upstreamsOf, weightsOf } from '../sweep/upstream.ts';

/**
 * What the parameters of a trial mean for its numbers. Raise it whenever equal parameters and an equal seed come to give other
 * numbers: other random streams, another order of batches, another default of the trainer, a metric computed otherwise. Results
 * of another version are not reused.
 */
export const RECIPE_VERSION = 1;

/** SHA-256 of a text in UTF-8, as hex. */
export type Sha256 = (text: string) => string;

/** The study and the grid of a sweep, or of a study that is no sweep yet. */
export interface Recipes {
  readonly study: Study;
  readonly grid: Grid;
}

/**
 * Parameters that change no number: how often a checkpoint is written (a trial resumes to the same numbers), and the names of
 * weights. Whose weights a trial starts from is in its key by the key of that trial.
 */
const NO_INGREDIENTS: readonly string[] = ['checkpointEvery', 'saveWeightsAs', 'initialWeights'];

const INGREDIENTS = TRIAL_PARAMETER_NAMES.filter(
  (name) => !NO_INGREDIENTS.includes(name),
).sort() as (keyof TrialParameters)[];

/**
 * What determines the result of a cell, as one text: equal for trials of equal recipes, in whatever study they are. It covers the
 * parameters with their defaults, the seed, the command of trials of the lab's own program, the recipes of the trials from whose
 * weights it starts or, of a command, for which it waits, and the version of what all this means. It does not cover names, titles,
 * labels of levels, priorities, budgets, retries, early stopping, or where a trial runs.
 *
 * @returns undefined where that is not all: a trial that starts from weights that no trial of its study keeps; a trial of the lab's own
 * program in a study that does not say `reuse: true`, with which its author vouches that the program is a function of its parameters.
 */
export function trialKeyOf(recipes: Recipes, cell: number, sha256: Sha256): string | undefined {
  if (recipes.study.dependencies !== true) return newKey(recipes, cell, sha256);
  const known = keysOf(recipes);
  if (!known.has(cell)) known.set(cell, newKey(recipes, cell, sha256));
  return known.get(cell);
}

/** Of studies whose trials wait for others, where many may wait for one that waits itself. */
const keysByGrid = new WeakMap<Grid, { readonly study: Study; readonly keys: Map<number, string | undefined> }>();

function keysOf({ study, grid }: Recipes): Map<number, string | undefined> {
  const found = keysByGrid.get(grid);
  if (found?.study === study) return found.keys;
  const keys = new Map<number, string | undefined>();
  keysByGrid.set(grid, { study, keys });
  return keys;
}

function newKey(recipes: Recipes, cell: number, sha256: Sha256): string | undefined {
  const { study, grid } = recipes;
  const configuration = configurationOf(study, grid, gridIndexOf(grid, cell));
  if (configuration === undefined) return undefined;
  const weights = configuration.startsFromWeights ? weightsOf(recipes, cell) : undefined;
  if (configuration.startsFromWeights && weights === undefined) return undefined;
  const recipe = `${configuration.text},"seed":${seedOf(grid, cell)}`;
  // A command finds what those have left for which it waits; to the built-in training all but weights is an order and no more.
  const upstreams = study.command === undefined ? (weights === undefined ? [] : [weights]) : upstreamsOf(recipes, cell);
  if (upstreams.length === 0) return sha256(`{${recipe}}`);
  const keys = upstreams.map((upstream) => trialKeyOf(recipes, upstream, sha256));
  return keys.includes(undefined) ? undefined : sha256(`{${recipe},"startsFrom":${JSON.stringify(keys)}}`);
}

/**
 * Whether a cell may take the result of an equal trial. One that keeps its weights may not, nor one of a command that others wait for:
 * what it leaves might be gone, and somebody waits for it. Its own result may be taken by others.
 */
export function mayTakeResult({ study, grid }: Recipes, cell: number): boolean {
  const gridIndex = gridIndexOf(grid, cell);
  if (grid.parameters(gridIndex)['saveWeightsAs'] !== undefined) return false;
  const handsOn = study.command !== undefined && study.dependencies === true;
  return !(handsOn && dependenciesOf({ study, grid }).isSource(gridIndex));
}

/** What is equal for all seeds of a configuration. */
interface Configuration {
  /** Its part of the recipe, without the braces. */
  readonly text: string;
  readonly startsFromWeights: boolean;
}

/** A grid of more configurations comes back to one of them, with its next seed, when all others have had their turn. */
const MOST_REMEMBERED = 4_096;
const remembered = new WeakMap<Grid, Map<number, Configuration | undefined>>();

function configurationOf(study: Study, grid: Grid, gridIndex: number): Configuration | undefined {
  if (grid.seeds.length === 1 || grid.size > MOST_REMEMBERED) return readConfiguration(study, grid, gridIndex);
  const known = remembered.get(grid) ?? new Map<number, Configuration | undefined>();
  remembered.set(grid, known);
  if (!known.has(gridIndex)) known.set(gridIndex, readConfiguration(study, grid, gridIndex));
  return known.get(gridIndex);
}

function readConfiguration(study: Study, grid: Grid, gridIndex: number): Configuration | undefined {
  if (study.command !== undefined) {
    if (study.reuse !== true) return undefined;
    const { initialWeights, saveWeightsAs: _, ...parameters } = grid.parameters(gridIndex);
    const recipe = { command: study.command, parameters, recipe: RECIPE_VERSION };
    return { text: unbraced(canonicalJson(recipe)), startsFromWeights: initialWeights !== undefined };
  }
  const valid = validParameters(grid, gridIndex);
  if ('problem' in valid) return undefined;
  return {
    text: `"parameters":{${parametersText(grid, valid.parameters)}},"recipe":${RECIPE_VERSION}`,
    startsFromWeights: valid.parameters.initialWeights !== undefined,
  };
}

/** What the parameters of a grid were last, each with its text: mostly one or two are others from one configuration to the next. */
interface Spelling {
  readonly values: unknown[];
  readonly texts: string[];
}

const spellings = new WeakMap<Grid, Spelling>();

/** As canonicalJson without the braces, quicker: nothing else is computed as often. */
function parametersText(grid: Grid, parameters: TrialParameters): string {
  const last = spellings.get(grid) ?? { values: [], texts: [] };
  spellings.set(grid, last);
  let text = '';
  for (let i = 0; i < INGREDIENTS.length; i++) {
    const name = INGREDIENTS[i] as keyof TrialParameters;
    const value = parameters[name];
    if (value === undefined) continue;
    if (value !== last.values[i]) {
      last.values[i] = value;
      last.texts[i] = `,"${name}":${JSON.stringify(value)}`;
    }
    text += last.texts[i];
  }
  return text.slice(1);
}

const unbraced = (json: string): string => json.slice(1, -1);
