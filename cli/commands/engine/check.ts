import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import type { ExecutorWish } from '../../../engine/probe/mod.ts';
import { type GlobalOptions, note, printJson, printLines } from '../../context.ts';
import { EXIT } from '../../exit-codes.ts';
import { packageRoot } from '../../package-root.ts';
import { cacheFolder } from '../../provision/cache-folder.ts';
import { renderCheck } from '../../render/engine/checked-step.ts';
import type { AddCommand } from '../command.ts';
import { examples, wholeNumber } from '../options.ts';
import { askInspector } from './ask-inspector.ts';
import { chooseExecutor } from './choose-executor.ts';
import { DEVICE_WISHES, EXECUTOR_WISHES, PRECISIONS } from './executor-options.ts';
import { readStudyCell } from './study-cell.ts';

interface CheckOptions extends GlobalOptions, Pick<ExecutorWish, 'executor' | 'device' | 'precision' | 'threads'> {
  readonly cell: number;
  readonly batch: number;
}

/** Checked where no study is named: a network that anybody's machine compares in seconds. */
const DEFAULT_STUDY = join('studies', 'demo.yaml');

export const addEngineCheck: AddCommand = (engine, cli) => {
  engine
    .command('check [FILE]')
    .description("compare one cell's training step on an executor with TensorFlow.js and with numeric gradients")
    .option('--cell <N>', 'index of the cell in the grid', wholeNumber(0, 999_999_999), 0)
    .option('--batch <N>', 'images; the comparison is slow', wholeNumber(1, 4096), 2)
    .option('--threads <N>', 'CPU threads', wholeNumber(1, 1024), 1)
    .addOption(new Option('--executor <NAME>', 'which').choices(EXECUTOR_WISHES).default('auto'))
    .addOption(new Option('--device <KIND>', 'where').choices(DEVICE_WISHES).default('auto'))
    .addOption(new Option('--precision <NAME>', 'of products').choices(PRECISIONS).default('float32'))
    .addHelpText(
      'after',
      examples('tickwork engine check', 'tickwork engine check studies/demo.yaml --cell 5 --executor torch'),
    )
    .action(async (file: string | undefined, _, self) => {
      const { cell, batch, json, ...wish } = self.optsWithGlobals() as CheckOptions;
      const study = file ?? join(packageRoot(fileURLToPath(import.meta.url)), DEFAULT_STUDY);
      const { spec, label } = await readStudyCell(study, cell);
      const { executor, device, precision, threads } = wish;
      const chosen = await chooseExecutor(
        cli,
        { executor, device, precision, threads, deterministic: false, requireGpu: false },
        join(cacheFolder(cli.machine), 'engine'),
        (line) => note(cli, line),
      );
      note(cli, `Computing a step of cell ${cell} (${label}) on ${chosen.executor}, and slowly on the oracle …`);
      const question = { kind: 'check', spec, batch, executor: chosen.executor, options: chosen.options } as const;
      const checked = await askInspector(cli, question, chosen.devices[0]?.environment);
      if (json) printJson(cli, checked);
      else printLines(cli, renderCheck(checked));
      if (!checked.passed) cli.setExitCode(EXIT.failed);
    });
};
