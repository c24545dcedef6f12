import { type GlobalOptions, printJson, printLines } from '../../context.ts';
import type { AddCommand } from '../command.ts';
import { examples, wholeNumber } from '../options.ts';
import { aboutFile, readStudyFile } from '../study-file.ts';
import { tellEngineErrors } from './engine-errors.ts';

interface ShowOptions extends GlobalOptions {
  readonly cell: number;
  readonly raw?: boolean;
}

export const addEngineShow: AddCommand = (engine, cli) => {
  engine
    .command('show <FILE>')
    .description("print the step graph of one cell's training step, as executors get it")
    .option('--cell <N>', 'index of the cell in the grid', wholeNumber(0, 999_999_999), 0)
    .option('--raw', 'as traced, before any pass')
    .addHelpText('after', examples('tickwork engine show studies/demo.yaml --cell 0'))
    .action(async (file: string, _, self) => {
      const { cell, raw, json } = self.optsWithGlobals() as ShowOptions;
      const { printGraph, simplifyGraph, traceStep } = await import('../../../engine/mod.ts');
      const { cellStep } = await import('../../../worker/training/inspect/cell-step.ts');
      const yaml = await readStudyFile(file);
      const { step, description } = await aboutFile(file, async () => cellStep(yaml, cell));
      const traced = await tellEngineErrors(async () => traceStep(step));
      const simplified = simplifyGraph(traced);
      if (json) {
        printJson(cli, raw ? traced : simplified);
        return;
      }
      printLines(cli, [
        printGraph(raw ? traced : simplified).trimEnd(),
        '',
        `${description.title}: ${traced.nodes.length} nodes as traced, ${simplified.nodes.length} after the passes.`,
      ]);
    });
};
