import { networkEnds } from '../catalogue/classes.ts';
import { describeNetwork } from '../catalogue/networks.ts';
import { dependenciesOf } from '../dependencies/dependencies.ts';
import { createGrid, type Grid } from '../grid/grid.ts';
import { trialCost } from '../networks/cost.ts';
import { countMultiplyAccumulates, countParameters, countWeightLayers } from '../networks/counts.ts';
import { estimateMemory } from '../networks/memory.ts';
import { differencesFromBase, differencesText } from '../study/base-row.ts';
import { trialParameters } from '../study/check-levels.ts';
import type { Study } from '../study/study.ts';

export interface PlannedConfiguration {
  readonly levels: readonly { readonly factor: string; readonly label: string }[];
  /** This and the next four are 0 where trials run a command, of which nothing is known. */
  readonly weightLayers: number;
  readonly parameters: number;
  readonly macsPerImage: number;
  readonly estimatedMacs: number;
  /** `base`, or in what it differs; empty when the study has no base. */
  readonly differenceFromBase: string;
  /** What one trial holds while it trains; see networks/memory.ts. */
  readonly memoryBytes: number;
  /** The configurations that it waits for, the first few by name; absent: it waits for none. */
  readonly waitsFor?: string;
}

export interface Plan {
  readonly configurations: number;
  /** Configurations × seeds. */
  readonly cells: number;
  /** Multiply-accumulates of the whole sweep; scaled up from the listed rows when there are more. */
  readonly estimatedMacs: number;
  readonly rows: readonly PlannedConfiguration[];
}

const MAX_ROWS = 1000;

/** What a study would run, before anything is stored. */
export function planStudy(study: Study): Plan {
  const grid = createGrid(study);
  const configurations = grid.countConfigurations();
  const rows: PlannedConfiguration[] = [];
  for (let i = 0; i < grid.size && rows.length < MAX_ROWS; i++) {
    if (!grid.allows(i)) continue;
    if (study.command) {
      rows.push({
        ...rowOf(study, grid, i),
        weightLayers: 0,
        parameters: 0,
        macsPerImage: 0,
        estimatedMacs: 0,
        memoryBytes: study.requires?.memoryBytes ?? 0,
      });
      continue;
    }
    const p = trialParameters(grid, i);
    const network = describeNetwork(p.network, p.config, { ...networkEnds(p), dropout: p.dropout });
    rows.push({
      ...rowOf(study, grid, i),
      weightLayers: countWeightLayers(network),
      parameters: countParameters(network),
      macsPerImage: countMultiplyAccumulates(network),
      estimatedMacs: trialCost(p) * seedsAtFirst(study),
      memoryBytes: estimateMemory(network, p).total,
    });
  }
  const listed = rows.reduce((total, row) => total + row.estimatedMacs, 0);
  const estimatedMacs = rows.length === 0 ? 0 : listed * (configurations / rows.length);
  return { configurations, cells: configurations * seedsAtFirst(study), estimatedMacs, rows };
}

/** Seeds that each configuration begins with. */
export function seedsAtFirst({ search, seeds }: Study): number {
  return search?.kind === 'replicas' ? search.start : seeds.length;
}

function rowOf(
  study: Study,
  grid: Grid,
  gridIndex: number,
): Pick<PlannedConfiguration, 'levels' | 'differenceFromBase' | 'waitsFor'> {
  const levels = grid.labels(gridIndex);
  const upstreams = study.dependencies === true ? dependenciesOf({ study, grid }).upstreamsOf(gridIndex) : [];
  const differences = differencesFromBase(study, levels);
  return {
    levels,
    differenceFromBase: differences ? differencesText(differences) : '',
    ...(upstreams.length === 0 ? {} : { waitsFor: firstTitles(grid, upstreams) }),
  };
}

const MAX_TITLES = 3;

function firstTitles(grid: Grid, gridIndices: readonly number[]): string {
  const titles = gridIndices.slice(0, MAX_TITLES).map((gridIndex) => grid.title(gridIndex));
  const more = gridIndices.length - titles.length;
  return [...titles, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
