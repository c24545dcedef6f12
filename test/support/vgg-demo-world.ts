import type { Report } from '../../proto/generated/tickwork/v1/Report.ts';
import type { Sweep } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { Trial } from '../../proto/generated/tickwork/v1/Trial.ts';
import type { Worker } from '../../proto/generated/tickwork/v1/Worker.ts';

/** One configuration of the demo study. `error` is where our scripted test error settles, %, `top1`, `top5` VGG Table 3, %. */
export interface ScriptedConfiguration {
  readonly config: string;
  readonly scale: string;
  /** S and Q: smallest image side in training and testing, pixels. */
  readonly trainScale: string;
  readonly testScale: number;
  readonly weightLayers: number;
  readonly parameters: number;
  readonly macsPerImage: number;
  readonly error: number;
  readonly top1: number;
  readonly top5: number;
}

const SINGLE = { scale: 'S=32', trainScale: '32', testScale: 32 };
const JITTER = { scale: 'S=[32;64]', trainScale: '[32;64]', testScale: 48 };

/** Parameters and MACs: studies.md §3 (VGG/8, one channel). Published: Simonyan & Zisserman 2015, Table 3. */
export const CONFIGURATIONS: readonly ScriptedConfiguration[] = [
  {
    config: 'A',
    ...SINGLE,
    weightLayers: 11,
    parameters: 236_074,
    macsPerImage: 2.2e6,
    error: 13.4,
    top1: 29.6,
    top5: 10.4,
  },
  {
    config: 'A-LRN',
    ...SINGLE,
    weightLayers: 11,
    parameters: 236_074,
    macsPerImage: 2.2e6,
    error: 13.6,
    top1: 29.7,
    top5: 10.5,
  },
  {
    config: 'B',
    ...SINGLE,
    weightLayers: 13,
    parameters: 238_978,
    macsPerImage: 3.1e6,
    error: 12.9,
    top1: 28.7,
    top5: 9.9,
  },
  {
    config: 'C',
    ...SINGLE,
    weightLayers: 16,
    parameters: 248_354,
    macsPerImage: 3.2e6,
    error: 12.6,
    top1: 28.1,
    top5: 9.4,
  },
  {
    config: 'D',
    ...SINGLE,
    weightLayers: 16,
    parameters: 322_082,
    macsPerImage: 4.2e6,
    error: 12.0,
    top1: 27.0,
    top5: 8.8,
  },
  {
    config: 'E',
    ...SINGLE,
    weightLayers: 19,
    parameters: 405_186,
    macsPerImage: 5.3e6,
    error: 12.3,
    top1: 27.3,
    top5: 9.0,
  },
  {
    config: 'D',
    ...JITTER,
    weightLayers: 16,
    parameters: 322_082,
    macsPerImage: 4.2e6,
    error: 11.3,
    top1: 25.6,
    top5: 8.1,
  },
];

export const SEEDS = [1, 2];

/** One sweep with all that the API can say of it. Tests change it in place and then call `ScriptedApi.changed()`. */
export interface ScriptedSweep {
  readonly sweep: Sweep;
  readonly trials: Trial[];
  readonly reports: Report[];
  /** Labels of the base row, for a study that has one. */
  base?: Readonly<Record<string, string>>;
}

export interface ScriptedWorld {
  /** Newest first. */
  readonly sweeps: ScriptedSweep[];
  readonly workers: Worker[];
}

const seconds = (date: Date): { seconds: number; nanos: number } => ({
  seconds: Math.floor(date.getTime() / 1000),
  nanos: 0,
});

/** Cell index runs over configurations first, seeds last: breadth-first, as the coordinator leases them. */
export const configurationOf = (cell: number): ScriptedConfiguration =>
  CONFIGURATIONS[cell % CONFIGURATIONS.length] as ScriptedConfiguration;

/** The VGG demo sweep with all 14 cells pending. */
export function vggSweep(id: string, created: Date): ScriptedSweep {
  const name = `sweeps/${id}`;
  const trials = SEEDS.flatMap((seed, s) =>
    CONFIGURATIONS.map(({ config, scale }, c): Trial => {
      const cell = s * CONFIGURATIONS.length + c;
      const levels = [
        { factor: 'config', label: config },
        { factor: 'scale', label: scale },
      ];
      const waitingReason = 'Every slot is busy.';
      return { name: `${name}/trials/${cell}`, cell, seed, levels, state: 'TRIAL_STATE_PENDING', waitingReason };
    }),
  );
  const sweep: Sweep = {
    name,
    study: 'vgg-demo',
    title: 'VGG/8 A-E on Fashion-MNIST, single test scale',
    state: 'SWEEP_STATE_ACTIVE',
    createTime: seconds(created),
    studyYaml: 'study: vgg-demo\n',
    factors: [
      { name: 'config', levels: ['A', 'A-LRN', 'B', 'C', 'D', 'E'] },
      { name: 'scale', levels: ['S=32', 'S=[32;64]'] },
    ],
    seeds: SEEDS,
    revision: 1,
  };
  return { sweep, trials, reports: [] };
}

/** Adds the report of one training epoch (1-based): loss and errors that fall towards the configuration's own level. */
export function reportEpoch(scripted: ScriptedSweep, cell: number, trainEpoch: number): void {
  const { error } = configurationOf(cell);
  const wobble = 0.15 * Math.sin(cell * 7 + trainEpoch * 3);
  const left = Math.exp(-trainEpoch / 1.4);
  scripted.reports.push({
    cell,
    attempt: 1,
    trainEpoch,
    metrics: [
      { name: 'trainLoss', value: error / 40 + 1.5 * left + wobble / 20 },
      { name: 'trainError', value: error - 1.5 + 45 * left + wobble },
      { name: 'testError', value: error + 38 * left + wobble },
    ],
  });
}

/** A cell in the middle of training. */
export function runCell(
  scripted: ScriptedSweep,
  cell: number,
  worker: string,
  trainEpoch: number,
  share: number,
): void {
  for (let epoch = 1; epoch < trainEpoch; epoch++) reportEpoch(scripted, cell, epoch);
  Object.assign(scripted.trials[cell] as Trial, {
    state: 'TRIAL_STATE_RUNNING',
    attempt: 1,
    worker,
    waitingReason: '',
    progress: {
      trainEpoch,
      trainEpochs: 3,
      step: Math.round(237 * share),
      steps: 237,
      loss: 0.61 - 0.2 * share,
      imagesPerSecond: 1180 + cell * 11,
      phase: 'training',
    },
  } satisfies Trial);
}

/** A cell whose result is committed. */
export function finishCell(scripted: ScriptedSweep, cell: number, epochs = 3): void {
  scripted.reports.splice(0, scripted.reports.length, ...scripted.reports.filter((report) => report.cell !== cell));
  for (let epoch = 1; epoch <= epochs; epoch++) reportEpoch(scripted, cell, epoch);
  const testError = configurationOf(cell).error + 0.3 * Math.sin(cell * 5);
  Object.assign(scripted.trials[cell] as Trial, {
    state: 'TRIAL_STATE_SUCCEEDED',
    attempt: 1,
    waitingReason: '',
    progress: null,
    metrics: [{ name: 'testError', value: testError }],
  } satisfies Trial);
}

export function failCell(scripted: ScriptedSweep, cell: number): void {
  Object.assign(scripted.trials[cell] as Trial, {
    state: 'TRIAL_STATE_FAILED',
    attempt: 1,
    waitingReason: '',
    progress: null,
    failureKind: 'FAILURE_KIND_DIVERGED',
    failureMessage: 'Expected the loss to be finite, got NaN at step 112.',
  } satisfies Trial);
}
