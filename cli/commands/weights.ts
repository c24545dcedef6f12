import { join } from 'node:path';
import { parseYaml } from '../../core/study/yaml-positions.ts';
import type { Sweep__Output } from '../../proto/generated/tickwork/v1/Sweep.ts';
import { parseSweepName } from '../../proto/resource-names.ts';
import type { KeptOutput, OutputRule } from '../../worker/training/checkpoints/unused-outputs.ts';
import type { KeptFile } from '../../worker/training/checkpoints/unused-weights.ts';
import { allPages } from '../client/all-pages.ts';
import type { CoordinatorClient } from '../client/coordinator-client.ts';
import { type GlobalOptions, printJson, printLines } from '../context.ts';
import { type TextColumn, textTable } from '../render/text-table.ts';
import type { AddCommand } from './command.ts';
import { examples, wholeNumber } from './options.ts';
import { withClient } from './with-client.ts';

interface WeightsOptions extends GlobalOptions {
  readonly checkpointDir: string;
  readonly prune?: boolean;
  readonly olderThan: number;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const MAX_SWEEPS = 100_000;

export const addWeights: AddCommand = (program, cli) => {
  program
    .command('weights')
    .description('list what trials have kept in a checkpoint folder for others, or remove what nobody needs')
    .option(
      '--checkpoint-dir <DIR>',
      'the checkpoint folder of the workers of this machine',
      join('.tickwork', 'worker', 'checkpoints'),
    )
    .option('--prune', 'remove what is unused; asks the coordinator which studies are not over')
    .option('--older-than <DAYS>', 'a thing is unused only after so many days', wholeNumber(0, 36_500), 14)
    .addHelpText(
      'after',
      examples('tickwork weights --checkpoint-dir /data/ckpt', 'tickwork weights --prune --older-than 30'),
    )
    .action(async (_, command) => {
      const options = command.optsWithGlobals() as WeightsOptions;
      const { isUnused, listKeptFiles, pruneWeights } = await import(
        '../../worker/training/checkpoints/unused-weights.ts'
      );
      const { checkpointDir } = options;
      const { names: needed, sweeps } = await withClient(cli, options, whatIsNeeded);
      const rule = { needed, now: cli.clock.now(), minAgeMs: options.olderThan * DAY_MS };
      const outputs = await outputsOf(checkpointDir, { ...rule, needed: sweeps }, options.prune === true);
      const files = await listKeptFiles(checkpointDir);
      const removed = options.prune === true ? await pruneWeights(checkpointDir, rule) : [];
      const gone = new Set(removed.map(({ name, seed, digest }) => `${name} ${seed} ${digest}`));
      const shown = files.map((file) => ({
        ...file,
        needed: needed.has(file.name),
        unused: isUnused(file, rule),
        removed: gone.has(`${file.name} ${file.seed} ${file.digest}`),
      }));
      if (options.json) return printJson(cli, { weights: shown, outputs });
      printLines(cli, shown.length === 0 ? [`No kept weights in ${checkpointDir}.`] : render(shown));
      if (outputs.length > 0) printLines(cli, renderOutputs(outputs));
    });
};

const COLUMNS: readonly TextColumn[] = [
  { title: 'name', align: 'left' },
  { title: 'seed', align: 'left' },
  { title: 'size', align: 'right' },
  { title: 'kept', align: 'left' },
  { title: 'status', align: 'left' },
];

interface ShownFile extends KeptFile {
  readonly needed: boolean;
  readonly unused: boolean;
  readonly removed: boolean;
}

function render(files: readonly ShownFile[]): readonly string[] {
  const why = ({ held, needed, unused, removed }: ShownFile): string => {
    if (removed) return 'removed';
    if (held) return 'held by a trial that may run again';
    if (needed) return 'named by a study that is not over';
    return unused ? 'unused' : 'young';
  };
  const rows = files.map((file) => [
    file.name,
    file.seed,
    `${(file.bytes / 2 ** 20).toFixed(1)} MiB`,
    new Date(file.keptAt).toISOString().slice(0, 10),
    why(file),
  ]);
  return textTable(COLUMNS, rows);
}

interface ShownOutput extends KeptOutput {
  readonly needed: boolean;
  readonly unused: boolean;
  readonly removed: boolean;
}

/** What commands have left for those that wait for them. */
async function outputsOf(root: string, rule: OutputRule, prune: boolean): Promise<readonly ShownOutput[]> {
  const { isUnusedOutput, listOutputs, pruneOutputs } = await import(
    '../../worker/training/checkpoints/unused-outputs.ts'
  );
  const outputs = await listOutputs(root);
  const gone = new Set((prune ? await pruneOutputs(root, rule) : []).map(({ cell }) => cell));
  return outputs.map((output) => ({
    ...output,
    needed: rule.needed.has(output.sweep),
    unused: isUnusedOutput(output, rule),
    removed: gone.has(output.cell),
  }));
}

function renderOutputs(outputs: readonly ShownOutput[]): readonly string[] {
  const sweeps = [...new Set(outputs.map(({ sweep }) => sweep))];
  return sweeps.map((sweep) => {
    const all = outputs.filter((output) => output.sweep === sweep);
    const count = (what: 'removed' | 'unused') => all.filter((output) => output[what]).length;
    const status = all[0]?.needed ? 'the sweep is not over' : `${count('unused')} unused, ${count('removed')} removed`;
    return `Outputs of ${all.length} cells of ${sweep}: ${status}.`;
  });
}

/**
 * Sweeps that are not over, or whose failed trials may be run again, and every text in their studies: more than the names they
 * start from, and surely those.
 * @throws TickworkError where the coordinator does not answer: nothing is removed by guess.
 */
async function whatIsNeeded(
  client: CoordinatorClient,
): Promise<{ readonly names: ReadonlySet<string>; readonly sweeps: ReadonlySet<string> }> {
  const listed = await allPages(async (pageToken) => {
    const page = await client.listSweeps({ pageSize: 1000, pageToken });
    return { items: page.sweeps, nextPageToken: page.nextPageToken };
  }, MAX_SWEEPS);
  const names = new Set<string>();
  const sweeps = new Set<string>();
  for (const sweep of listed.filter(mayRunAgain)) {
    sweeps.add(parseSweepName(sweep.name) ?? sweep.name);
    const { studyYaml } = await client.getSweep(sweep.name);
    const parsed = parseYaml(studyYaml);
    if ('yaml' in parsed) collectTexts(parsed.yaml.value, names);
  }
  return { names, sweeps };
}

function mayRunAgain({ state, counts }: Sweep__Output): boolean {
  return state === 'SWEEP_STATE_ACTIVE' || Number(counts?.failed ?? 0) > 0;
}

function collectTexts(value: unknown, into: Set<string>): void {
  if (typeof value === 'string') into.add(value);
  else if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) collectTexts(part, into);
}
