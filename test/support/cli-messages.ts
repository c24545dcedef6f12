import type { Sweep__Output } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { Table__Output } from '../../proto/generated/tickwork/v1/Table.ts';
import type { TableRow__Output } from '../../proto/generated/tickwork/v1/TableRow.ts';
import type { Trial__Output } from '../../proto/generated/tickwork/v1/Trial.ts';
import type { TrialCounts__Output } from '../../proto/generated/tickwork/v1/TrialCounts.ts';

/** Messages as a client receives them, with what a test does not care about filled in. */
export const CREATED_AT = 1_800_000_000;

const time = (seconds: number): { seconds: number; nanos: number } => ({ seconds: CREATED_AT + seconds, nanos: 0 });

export function counts(change: Partial<TrialCounts__Output> = {}): TrialCounts__Output {
  return {
    total: 14,
    pending: 0,
    leased: 0,
    running: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    stopped: 0,
    blocked: 0,
    reused: 0,
    ...change,
  };
}

export function sweep(change: Partial<Sweep__Output> = {}): Sweep__Output {
  return {
    name: 'sweeps/vgg-demo-1',
    study: 'vgg-demo',
    title: 'VGG/8 A-E on Fashion-MNIST',
    state: 'SWEEP_STATE_ACTIVE',
    counts: counts(),
    createTime: time(0),
    studyYaml: '',
    factors: [{ name: 'config', levels: ['A', 'A-LRN'], levelCount: 2 }],
    seeds: [1, 2],
    revision: 7,
    paused: false,
    priority: 0,
    decisions: [],
    configurationsToDraw: 0,
    search: '',
    usedDeviceSeconds: 0,
    exhaustedReason: '',
    user: '',
    reuse: false,
    ...change,
  };
}

/** @param startedAt and finishedAt seconds after the sweep. */
export function trial(
  cell: number,
  change: Partial<Trial__Output> = {},
  at: { readonly startedAt?: number; readonly finishedAt?: number } = {},
): Trial__Output {
  return {
    name: `sweeps/vgg-demo-1/trials/${cell}`,
    cell,
    levels: [
      { factor: 'config', label: ['A', 'A-LRN', 'B', 'C', 'D', 'E'][cell % 6] as string },
      { factor: 'scale', label: 'S=32' },
    ],
    seed: 1 + Math.floor(cell / 6),
    state: 'TRIAL_STATE_RUNNING',
    attempt: 1,
    worker: 'worker-1',
    failureKind: 'FAILURE_KIND_UNSPECIFIED',
    failureMessage: '',
    waitingReason: '',
    metrics: [],
    provenanceJson: '',
    stopReason: '',
    reusedFrom: '',
    ...(at.startedAt === undefined ? {} : { startTime: time(at.startedAt) }),
    ...(at.finishedAt === undefined ? {} : { finishTime: time(at.finishedAt) }),
    ...change,
  };
}

export function row(config: string, scale: string, change: Partial<TableRow__Output> = {}): TableRow__Output {
  const multi = scale !== 'S=32';
  return {
    levels: [
      { factor: 'config', label: config },
      { factor: 'scale', label: scale },
    ],
    n: 2,
    expected: 2,
    counts: counts({ total: 2, succeeded: 2 }),
    failures: [],
    aggregates: [{ metric: 'testError', n: 2, mean: 12.304, std: 0.214 }],
    differences: [],
    isBase: false,
    paired: [],
    published: [
      { metric: 'top1Error', title: 'paper top-1', value: 29.6, unit: '%' },
      { metric: 'top5Error', title: 'paper top-5', value: 10.4, unit: '%' },
    ],
    weightLayers: 11,
    parameters: 147_018,
    macsPerImage: 3_000_000,
    shownParameters: [
      { factor: 'trainScale', label: multi ? '[32;64]' : '32' },
      { factor: 'testScale', label: multi ? '48' : '32' },
    ],
    ...change,
  };
}

export function table(rows: readonly TableRow__Output[], change: Partial<Table__Output> = {}): Table__Output {
  return {
    parent: 'sweeps/vgg-demo-1',
    title: 'VGG/8 A-E on Fashion-MNIST, single test scale',
    revision: 40,
    groupBy: ['config', 'scale'],
    metrics: [{ name: 'testError', title: 'test error', unit: '%' }],
    publishedSource: 'Simonyan & Zisserman 2015, Table 3 (ImageNet, full width)',
    rows: [...rows],
    complete: true,
    totalRows: rows.length,
    nextPageToken: '',
    ...change,
  };
}
