import type { ProbeReport } from '../../../engine/probe/mod.ts';
import { textTable } from '../text-table.ts';

const COLUMNS = [
  { title: 'executor', align: 'left' },
  { title: 'device', align: 'left' },
  { title: 'library', align: 'left' },
  { title: 'usable', align: 'left' },
  { title: 'error', align: 'right' },
  { title: 'forward', align: 'right' },
  { title: 'dX', align: 'right' },
  { title: 'dW', align: 'right' },
  { title: 'img/s', align: 'right' },
] as const;

/** A table, what its figures are, and a paragraph for each executor that is not usable. */
export function renderProbes(reports: readonly ProbeReport[]): string[] {
  const rows = reports.map(({ candidate: { executor, device }, outcome }) => {
    if (!outcome.usable) return [executor, device, outcome.description?.library ?? '', 'no', '', '', '', '', ''];
    const { description, relativeError, speed } = outcome;
    const { forward, inputGradient, filterGradient, imagesPerSecond } = speed;
    const figures = [forward, inputGradient, filterGradient].map((value) => value.toFixed(value < 10 ? 2 : 0));
    const error = relativeError.toExponential(0);
    return [executor, device, description.library, 'yes', error, ...figures, imagesPerSecond.toFixed(0)];
  });
  const reasons = reports.flatMap(({ candidate: { executor, device }, outcome }) =>
    outcome.usable ? [] : ['', `${executor} on ${device} [${outcome.failure.code}]: ${outcome.failure.message}`],
  );
  const { threads = 1, precision = 'float32' } = reports[0]?.candidate ?? {};
  return [
    ...textTable(COLUMNS, rows),
    '',
    `${threads} thread(s), ${precision}. error: of a training step, against stored float64 numbers. forward, dX, dW: GFLOP/s of`,
    'a 3×3 convolution, 64 to 64 channels, 32×32 pixels. img/s: of whole training steps of a small network. The executor',
    'cpu is the oracle of the checks; nobody trains with it.',
    ...reasons,
  ];
}
