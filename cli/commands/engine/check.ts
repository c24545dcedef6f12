import { join } from 'node:path';
import { Option } from 'commander';
import { type GlobalOptions, printJson, printLines } from '../../context.ts';
import { EXIT } from '../../exit-codes.ts';
import { cacheFolder } from '../../provision/cache-folder.ts';
import type { AddCommand } from '../command.ts';
import { examples, wholeNumber } from '../options.ts';
import { aboutFile, readStudyFile } from '../study-file.ts';
import { tellEngineErrors } from './engine-errors.ts';

interface CheckOptions extends GlobalOptions {
  readonly cell: number;
  readonly batch: number;
  readonly executor: 'onnx' | 'torch' | 'tensorflow';
}

const SHOWN = 5;
/** Places of each weight where the loss is shifted; each costs six runs. */
const COORDINATES = 3;

export const addEngineCheck: AddCommand = (engine, cli) => {
  engine
    .command('check <FILE>')
    .description("compare one cell's training step on an executor with TensorFlow.js and with numeric gradients")
    .option('--cell <N>', 'index of the cell in the grid', wholeNumber(0, 999_999_999), 0)
    .option('--batch <N>', 'images; the comparison is slow', wholeNumber(1, 4096), 4)
    .addOption(new Option('--executor <NAME>', 'which').choices(['onnx', 'torch', 'tensorflow']).default('onnx'))
    .addHelpText('after', examples('tickwork engine check studies/demo.yaml --cell 5 --executor torch'))
    .action(async (file: string, _, self) => {
      const { cell, batch, executor: name, json } = self.optsWithGlobals() as CheckOptions;
      const { checkGradients, checkStep, openExecutor } = await import('../../../engine/mod.ts');
      const { cellStep, gradientProbe } = await import('../../../worker/training/inspect/cell-step.ts');
      const yaml = await readStudyFile(file);
      const inspected = await aboutFile(file, async () => cellStep(yaml, cell, batch));
      const { step } = inspected;
      const options = {
        threads: 1,
        device: 'cpu',
        precision: 'float32',
        deterministic: true,
        cacheFolder: join(cacheFolder(cli.machine), 'engine'),
      } as const;
      const executor = await tellEngineErrors(() => openExecutor(name, options));
      const check = await checkStep(executor, step, inspected);
      const probe = gradientProbe(inspected);
      const asked = { loss: 'loss', coordinates: COORDINATES, random: cli.random };
      const gradients =
        probe === undefined ? [] : await checkGradients(executor, probe.step, probe.run, { ...asked, ...probe });
      await executor.dispose();
      const passed = check.passed && gradients.every((gradient) => gradient.passed);
      if (!passed) cli.setExitCode(EXIT.failed);
      if (json) {
        printJson(cli, { executor: name, ...check, gradients, passed });
        return;
      }
      const worst = check.outputs.toSorted((a, b) => b.relativeError - a.relativeError);
      const steepest = gradients.toSorted((a, b) => b.relativeError - a.relativeError);
      const error = (relative: number, what: string): string => `  ${relative.toExponential(1)}  ${what}`;
      printLines(cli, [
        `${step.name} on ${name}: ${passed ? 'passed' : 'FAILED'}.`,
        `Against TensorFlow.js, kernel by kernel: ${worst.length} outputs, largest relative errors (at most ${worst[0]?.tolerance} passes):`,
        ...worst.slice(0, SHOWN).map(({ relativeError, output }) => error(relativeError, output)),
        probe === undefined
          ? 'Numeric gradients: not for this optimiser, whose update does not show them.'
          : `Against numeric gradients: ${gradients.length} weights, largest relative errors (at most ${steepest[0]?.tolerance} passes):`,
        ...steepest.slice(0, SHOWN).map(({ relativeError, weight }) => error(relativeError, weight)),
      ]);
    });
};
