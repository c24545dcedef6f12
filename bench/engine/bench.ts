import type { ExecutorName, ExecutorOptions } from '../../engine/executor.ts';
import { describeMachine, printMachine } from '../machine.ts';
import { measure } from './measurements.ts';
import { type EngineBenchOptions, engineBenchOptions } from './options.ts';
import { type Figure, ratioToPytorch } from './ratios.ts';
import { compileLines, flatnessLine, inputLines, layerLines, stepLines } from './report.ts';
import { type Absence, type StepRow, timeSteps } from './whole-steps.ts';

type Say = (line: string) => void;

/**
 * How fast training steps are, beside PyTorch in the same rounds; what a compilation, the input pipeline and thousands of
 * steps cost. The last line printed is one JSON object.
 */
export async function benchEngine(args: readonly string[], print: Say): Promise<void> {
  const options = engineBenchOptions(args, process.env);
  const say: Say = options.json ? () => {} : print;
  const machine = describeMachine();
  const { device, precision, rounds, steps, subjects } = options;
  say(printMachine(machine));
  say(`${device}, ${precision}; synthetic data; the median of ${rounds} rounds, in each the median of ${steps} steps`);
  if (machine.load > 0.5) say(`The load is ${machine.load}: other processes make every figure below worse.`);
  const { rows, absent } = await wholeSteps(options, say);
  const executors = options.executors.filter((name) => rows.some((row) => row.executor === name));
  const costs = options.stepsOnly ? undefined : await costsOf(executors, options, say);
  const ratios = {
    onnxVsPytorch: ratioToPytorch('onnx', device === 'cpu' ? 'full width' : 'gpu', subjects, rows),
    onnxVsPytorchSmall: ratioToPytorch('onnx', 'eighth width', subjects, rows),
    torchVsPytorch: ratioToPytorch('torch', device === 'cpu' ? 'full width' : 'gpu', subjects, rows),
    torchVsPytorchSmall: ratioToPytorch('torch', 'eighth width', subjects, rows),
    inputOverhead: costs?.inputOverhead ?? NOT_MEASURED,
    compileMs: costs?.compileMs ?? NOT_MEASURED,
  };
  const why = Object.fromEntries(
    Object.entries(ratios).flatMap(([name, figure]) => (figure.value === null ? [[name, figure.why]] : [])),
  );
  const values = Object.fromEntries(Object.entries(ratios).map(([name, { value }]) => [name, value]));
  print(JSON.stringify({ machine, device, precision, rows, absent, ...costs?.details, ratios: { ...values, why } }));
}

const NOT_MEASURED: Figure = { value: null, why: 'only whole steps were asked for' };

async function wholeSteps(
  options: EngineBenchOptions,
  say: Say,
): Promise<{ readonly rows: readonly StepRow[]; readonly absent: readonly Absence[] }> {
  const rows: StepRow[] = [];
  const absent = new Map<string, Absence>();
  say('Whole training steps (forward, backward, SGD with momentum and weight decay):');
  for (const subject of options.subjects) {
    for (const threads of options.threads) {
      const result = await timeSteps(subject, threads, { ...options, rivals: true, warmUps: 5 });
      rows.push(...result.rows);
      for (const absence of result.absent) absent.set(absence.executor, absence);
      for (const line of stepLines(result.rows, result.absent)) say(line);
    }
  }
  return { rows, absent: [...absent.values()] };
}

/** What surrounds the steps. Figures are those of the embedded executor, the one everybody has. */
async function costsOf(executors: readonly ExecutorName[], options: EngineBenchOptions, say: Say) {
  const { device, precision, cacheFolder, flatSteps, subjects } = options;
  const optionsFor = (threads: number): ExecutorOptions => ({
    threads,
    device,
    precision,
    deterministic: false,
    cacheFolder,
  });
  const details: Record<string, Record<string, unknown>> = { layers: {}, compilation: {}, input: {}, flatness: {} };
  const each = async (title: string, body: (executor: ExecutorName) => Promise<readonly string[]>): Promise<void> => {
    say(title);
    for (const executor of executors) for (const line of await body(executor)) say(line);
  };
  await each('Each convolution alone, GFLOP/s and share of the matrix product:', async (executor) => {
    const lines: string[] = [];
    for (const threads of options.threads) {
      for (const { name: net } of subjects) {
        const report = await measure({ kind: 'layers', executor, options: optionsFor(threads), net });
        (details.layers as Record<string, unknown>)[`${executor} ${threads} ${net}`] = report;
        lines.push(...layerLines(executor, threads, report));
      }
    }
    return lines;
  });
  const options1 = optionsFor(1);
  let compileMs = Number.NaN;
  let inputOverhead = Number.NaN;
  await each("Compilation of the demo's training steps, convolutions timed before:", async (executor) => {
    // The first time finds out which formulations are fast; it is remembered.
    await measure({ kind: 'compilation', executor, options: options1 });
    const times = await measure({ kind: 'compilation', executor, options: options1 });
    (details.compilation as Record<string, unknown>)[executor] = times;
    if (executor === 'onnx') compileMs = Math.max(...times.map(({ ms }) => ms));
    return compileLines(executor, times);
  });
  await each("Input pipeline, the demo's train epochs:", async (executor) => {
    const overheads = await measure({ kind: 'input', executor, options: options1 });
    (details.input as Record<string, unknown>)[executor] = overheads;
    if (executor === 'onnx') inputOverhead = Math.max(...overheads.map(({ overhead }) => overhead));
    return inputLines(executor, overheads);
  });
  const net = subjects.find(({ group }) => group === 'eighth width')?.name;
  if (flatSteps > 0 && net !== undefined) {
    await each(`Memory over ${flatSteps} steps:`, async (executor) => {
      const flatness = await measure({ kind: 'flatness', executor, options: options1, net, steps: flatSteps });
      (details.flatness as Record<string, unknown>)[executor] = flatness;
      return [flatnessLine(executor, flatness)];
    });
  }
  const figure = (value: number): Figure =>
    Number.isFinite(value) ? { value } : { value: null, why: 'the executor onnx did not run' };
  return { details, compileMs: figure(compileMs), inputOverhead: figure(inputOverhead) };
}
