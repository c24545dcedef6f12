import type { CheckedStep } from '../../../worker/training/inspect/questions.ts';
import { textTable } from '../text-table.ts';

const SHOWN = 8;

/** `tickwork engine check`: the verdict, and the worst outputs and gradients of each comparison. */
export function renderCheck({ title, executor, batch, oracle, gradients, passed }: CheckedStep): string[] {
  const outputs = oracle.outputs.toSorted((a, b) => b.relativeError - a.relativeError);
  const weights = gradients.toSorted((a, b) => b.relativeError - a.relativeError);
  return [
    `${title}, a training step of ${batch} images on ${executor.executor} (${executor.library}, ${executor.device}, ` +
      `${executor.precision}): ${passed ? 'passed' : 'FAILED'}.`,
    '',
    `Against TensorFlow.js's cpu kernels, ${outputs.length} outputs:`,
    ...table(outputs.map((output) => ({ ...output, what: output.output }))),
    '',
    `Against central differences of the loss, ${weights.length} weights:`,
    ...table(weights.map((weight) => ({ ...weight, what: weight.weight }))),
  ];
}

interface Row {
  readonly what: string;
  readonly relativeError: number;
  readonly tolerance: number;
  readonly passed: boolean;
}

/** Everything that failed, and the worst of the rest. */
function table(rows: readonly Row[]): string[] {
  const shown = rows.filter((row, index) => !row.passed || index < SHOWN);
  return [
    ...textTable(
      [
        { title: 'what', align: 'left' },
        { title: 'relative error', align: 'right' },
        { title: 'at most', align: 'right' },
        { title: '', align: 'left' },
      ],
      shown.map(({ what, relativeError, tolerance, passed }) => [
        what,
        relativeError.toExponential(1),
        String(tolerance),
        passed ? '' : 'WRONG',
      ]),
    ),
    ...(rows.length > shown.length ? [`… and ${rows.length - shown.length} with smaller errors`] : []),
  ];
}
