import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  DEVICES,
  type Device,
  EXECUTOR_NAMES,
  type ExecutorName,
  PRECISIONS,
  type Precision,
} from '../../engine/executor.ts';
import { CPU_SUBJECTS, GPU_SUBJECTS, type Subject } from './subjects.ts';

export interface EngineBenchOptions {
  /** Print nothing but the last line. */
  readonly json: boolean;
  readonly device: Device;
  readonly precision: Precision;
  readonly executors: readonly ExecutorName[];
  readonly subjects: readonly Subject[];
  readonly threads: readonly number[];
  readonly rounds: number;
  readonly steps: number;
  /** Of the run that looks for leaks; 0 leaves it out. */
  readonly flatSteps: number;
  /** Only whole steps. */
  readonly stepsOnly: boolean;
  readonly cacheFolder: string;
}

export const USAGE = `npm run bench -- engine [--json] [--device cpu|cuda] [--precision float32|tf32|bfloat16]
  [--executors onnx,torch,tensorflow] [--nets VGG-A/32,VGG/8-A] [--threads 1,2] [--rounds 3] [--steps 12]
  [--flat-steps 5000] [--steps-only]`;

/** @throws Error saying which option is wrong. */
export function engineBenchOptions(args: readonly string[], env: NodeJS.ProcessEnv): EngineBenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      device: { type: 'string', default: 'cpu' },
      precision: { type: 'string', default: 'float32' },
      executors: { type: 'string', default: 'onnx,torch,tensorflow' },
      nets: { type: 'string' },
      threads: { type: 'string', default: '1,2' },
      rounds: { type: 'string', default: '3' },
      steps: { type: 'string', default: '12' },
      'flat-steps': { type: 'string', default: '5000' },
      'steps-only': { type: 'boolean', default: false },
    },
  });
  const device = oneOf('--device', values.device, DEVICES);
  const all = device === 'cpu' ? CPU_SUBJECTS : GPU_SUBJECTS;
  const names = values.nets?.split(',') ?? all.map(({ name }) => name);
  for (const name of names)
    oneOf(
      '--nets',
      name,
      all.map((subject) => subject.name),
    );
  return {
    json: values.json,
    device,
    precision: oneOf('--precision', values.precision, PRECISIONS),
    executors: values.executors.split(',').map((name) => oneOf('--executors', name, EXECUTOR_NAMES)),
    subjects: all.filter(({ name }) => names.includes(name)),
    threads: (device === 'cpu' ? values.threads : '1').split(',').map((count) => wholeNumber('--threads', count, 1)),
    rounds: wholeNumber('--rounds', values.rounds, 1),
    steps: wholeNumber('--steps', values.steps, 1),
    flatSteps: wholeNumber('--flat-steps', values['flat-steps'], 0),
    stepsOnly: values['steps-only'],
    cacheFolder: join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tickwork', 'engine'),
  };
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined)
    throw new Error(`Expected ${option} to be one of ${allowed.join(', ')}, got ${value}.\n${USAGE}`);
  return found;
}

function wholeNumber(option: string, value: string, least: number): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least) {
    throw new Error(`Expected ${option} to be a whole number from ${least}, got ${value}.\n${USAGE}`);
  }
  return number;
}
