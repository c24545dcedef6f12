import { type GlobalOptions, printJson, printLines } from '../../context.ts';
import { formatBytes, formatCount, formatLarge } from '../../render/numbers.ts';
import type { AddCommand } from '../command.ts';
import { examples, wholeNumber } from '../options.ts';
import { askInspector } from './ask-inspector.ts';
import { readStudyCell } from './study-cell.ts';

interface ShowOptions extends GlobalOptions {
  readonly cell: number;
  readonly raw?: boolean;
  readonly evaluation?: boolean;
  readonly onnx?: boolean;
}

export const addEngineShow: AddCommand = (engine, cli) => {
  engine
    .command('show <FILE>')
    .description("print the step graph of one cell's training step, as executors get it")
    .option('--cell <N>', 'index of the cell in the grid', wholeNumber(0, 999_999_999), 0)
    .option('--evaluation', 'the evaluation step instead')
    .option('--raw', 'as traced, before any pass')
    .option('--onnx', 'as ONNX Runtime gets it: operators of ONNX, images channels first')
    .addHelpText(
      'after',
      examples('tickwork engine show studies/demo.yaml --cell 0', 'tickwork engine show studies/demo.yaml --onnx'),
    )
    .action(async (file: string, _, self) => {
      const { cell, raw, evaluation, onnx, json } = self.optsWithGlobals() as ShowOptions;
      const { spec, label } = await readStudyCell(file, cell);
      const shown = await askInspector(cli, {
        kind: 'show',
        spec,
        step: evaluation ? 'evaluation' : 'training',
        form: onnx ? 'onnx' : raw ? 'raw' : 'graph',
      });
      if (json) return printJson(cli, { cell, label, ...shown });
      const { text, title, nodes, parameters, macsPerImage, batch, traceMs, memory } = shown;
      printLines(cli, [
        text.trimEnd(),
        '',
        `${title}: ${nodes.traced} nodes as traced, ${nodes.simplified} after the passes.`,
        `Cell ${cell} (${label}): ${formatCount(parameters)} parameters, ${formatLarge(macsPerImage)} ` +
          `multiply-accumulates an image forward, batch ${batch}; traced and simplified in ${traceMs.toFixed(0)} ms.`,
        `Memory from the liveness of values: at most ${formatBytes(memory.peak)} at node %${memory.peakNode} (state ` +
          `${formatBytes(memory.state)}, inputs ${formatBytes(memory.inputs)}, the rest ` +
          `${formatBytes(memory.activations)}); a library's own working memory comes on top.`,
      ]);
    });
};
