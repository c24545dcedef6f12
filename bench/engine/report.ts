import type { CompileTime } from './compile-times.ts';
import type { Flatness } from './flatness.ts';
import type { InputOverhead } from './input-overhead.ts';
import type { LayerReport } from './layer-speeds.ts';
import type { Absence, StepRow } from './whole-steps.ts';

const fixed = (value: number, digits: number, width: number): string => value.toFixed(digits).padStart(width);

export function stepLines(rows: readonly StepRow[], absent: readonly Absence[]): readonly string[] {
  return [
    ...rows.map(({ net, threads, executor, batch, msPerStep, imgPerS, rounds, openMs, library }) => {
      const each = rounds.map((ms) => ms.toFixed(2)).join(' ');
      return (
        `  ${net.padEnd(9)} ${threads} thread(s) batch ${batch} ${executor.padEnd(15)} ${fixed(msPerStep, 2, 8)} ms ` +
        `${fixed(imgPerS, 0, 6)} img/s  rounds ${each}  first step after ${openMs.toFixed(0)} ms  ${library}`
      );
    }),
    ...absent.map(({ executor, why }) => `  ${executor} did not run: ${why}`),
  ];
}

export function layerLines(
  executor: string,
  threads: number,
  { net, matmulPeak, layers }: LayerReport,
): readonly string[] {
  const share = (speed: number | undefined): string =>
    speed === undefined ? '       –      ' : `${fixed(speed, 0, 6)} (${fixed((100 * speed) / matmulPeak, 0, 3)} %)`;
  return [
    `  ${net} on ${executor}, ${threads} thread(s); matrix product of 1024×1024: ${matmulPeak.toFixed(0)} GFLOP/s`,
    `    ${'shape'.padEnd(24)}   forward           dX           dW   layers`,
    ...layers.map(
      ({ shape, forward, inputGradient, filterGradient, layers: names }) =>
        `    ${shape.padEnd(20)} ${share(forward)} ${share(inputGradient)} ${share(filterGradient)}   ${names.join(' ')}`,
    ),
  ];
}

export function compileLines(executor: string, times: readonly CompileTime[]): readonly string[] {
  return times.map(({ net, ms }) => `  ${executor.padEnd(10)} ${net.padEnd(14)} ${fixed(ms, 0, 5)} ms`);
}

export function inputLines(executor: string, overheads: readonly InputOverhead[]): readonly string[] {
  return overheads.map(
    ({ net, msPerStep: { input, compute }, overhead }) =>
      `  ${executor.padEnd(10)} ${net.padEnd(26)} ${fixed(compute, 2, 7)} ms a step, ${fixed(input, 2, 6)} ms for its batch: ${fixed(100 * overhead, 1, 5)} %`,
  );
}

export function flatnessLine(executor: string, { net, steps, rssMiB: [early, late], tensors }: Flatness): string {
  return (
    `  ${executor.padEnd(10)} ${net}: resident ${early.toFixed(0)} MiB after ${Math.ceil(steps / 10)} steps, ` +
    `${late.toFixed(0)} MiB after ${steps}; tensors ${tensors.join(' and ')}`
  );
}
