import { loadStudy } from '../../core/study/load-study.ts';
import type { Study } from '../../core/study/study.ts';

export interface SmallStudyOptions {
  readonly name?: string;
  readonly configs?: readonly string[];
  readonly seeds?: readonly number[];
  /** Further YAML lines at the top level. */
  readonly extra?: string;
  readonly trainImages?: number;
}

/** A study of VGG/8 configurations small enough to train in about a second. */
export function smallStudyYaml({
  name = 'small',
  configs = ['A', 'B'],
  seeds = [1],
  extra = '',
  trainImages = 128,
}: SmallStudyOptions = {}): string {
  return `study: ${name}
seeds: [${seeds.join(', ')}]
parameters:
  network: vgg8
  dataset: fashion-mnist
  trainImages: ${trainImages}
  testImages: 64
  trainEpochs: 1
  batchSize: 32
  trainScale: 28
  testScale: 28
  learningRate: 0.01
factors:
  config: [${configs.join(', ')}]
${extra}`;
}

export function smallStudy(options: SmallStudyOptions = {}): Study {
  return loadStudy(smallStudyYaml(options));
}

export interface SpaceStudyOptions {
  readonly factors?: unknown;
  readonly space?: unknown;
  readonly where?: string;
  readonly seeds?: readonly number[];
  /** Further keys of the study. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** A study of one small network with a search space to fill in, one key a line. JSON is YAML. */
export function spaceStudyYaml({ factors = {}, space, where, seeds = [1], extra = {} }: SpaceStudyOptions): string {
  const parameters = {
    network: 'vgg8',
    config: 'A',
    dataset: 'fashion-mnist',
    trainImages: 128,
    testImages: 64,
    trainEpochs: 1,
    batchSize: 32,
    trainScale: 28,
    testScale: 28,
    learningRate: 0.01,
  };
  const study = { study: 'space', seeds, parameters, factors, space, where, ...extra };
  return Object.entries(study)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n');
}
