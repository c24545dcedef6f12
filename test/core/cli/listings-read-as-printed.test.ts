import { expect, test } from 'vitest';
import { renderPlan, renderStatus, renderSweeps, renderTrials, renderWorkers } from '../../../cli/render/listings.ts';
import { CREATED_AT, counts, sweep, trial } from '../../support/cli-messages.ts';

const text = (lines: readonly string[]): string => `\n${lines.join('\n')}\n`;
const time = { seconds: CREATED_AT, nanos: 0 };

test('sweeps', () => {
  const sweeps = [
    sweep({ counts: counts({ succeeded: 3, failed: 1, running: 2 }) }),
    sweep({ name: 'sweeps/länge-2', title: '画像 ×2', state: 'SWEEP_STATE_COMPLETED' }),
  ];
  expect(text(renderSweeps(sweeps))).toMatchInlineSnapshot(`
    "
    sweep       state      done  failed  running  left  user  created (UTC)        title
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    vgg-demo-1  active     4/14       1        2              2027-01-15 08:00:00  VGG/8 A-E on Fashion-MNIST
    länge-2     completed  0/14       0        0              2027-01-15 08:00:00  画像 ×2
    "
  `);
  expect(renderSweeps([])).toEqual(['No sweeps yet. Submit one: tickwork submit FILE']);
});

test('trials say why they wait or failed', () => {
  const trials = [
    trial(0, {
      state: 'TRIAL_STATE_SUCCEEDED',
      metrics: [
        { name: 'testError', value: 12.35 },
        { name: 'trainLoss', value: 0.41237 },
      ],
    }),
    trial(1, {
      state: 'TRIAL_STATE_FAILED',
      attempt: 3,
      failureKind: 'FAILURE_KIND_DIVERGED',
      failureMessage: 'loss became NaN',
    }),
    trial(2, { state: 'TRIAL_STATE_PENDING', attempt: 0, worker: '', waitingReason: 'no free slot' }),
  ];
  expect(text(renderTrials(trials))).toMatchInlineSnapshot(`
    "
    cell  config  scale  seed  state      attempt  worker    testError  trainLoss  note
    ────────────────────────────────────────────────────────────────────────────────────────────────────────
       0  A       S=32      1  succeeded        1  worker-1      12.35     0.4124
       1  A-LRN   S=32      1  failed           3  worker-1                        diverged: loss became NaN
       2  B       S=32      1  pending                                             no free slot
    "
  `);
});

test('workers', () => {
  const worker = {
    name: 'workers/worker-1',
    state: 'WORKER_STATE_CONNECTED' as const,
    host: 'lab7',
    pid: 42,
    softwareVersion: '0.1.0',
    slots: 2,
    devices: [{ name: 'cpu', executor: 'onnx', memoryBytes: 1, threads: 1 }],
    running: [{ lease: { leaseId: 'x', sweep: 'sweeps/vgg-demo-1', cell: 4, attempt: 1, epoch: 1 }, progress: null }],
    outboxRecords: 0,
    connectTime: time,
    lastHeardTime: time,
    slotUse: 0.9571,
    labels: { gpu: 'h200' },
    quarantineReason: '',
  };
  expect(text(renderWorkers([worker]))).toMatchInlineSnapshot(`
    "
    worker    state      host  slots  executor  device  memory  labels       use  outbox  running
    ──────────────────────────────────────────────────────────────────────────────────────────────────
    worker-1  connected  lab7      2  onnx      cpu        1 B  gpu=h200  95.7 %       0  vgg-demo-1/4
    "
  `);
});

test('a plan', () => {
  const plan = {
    study: 'vgg-demo',
    title: 'VGG/8',
    cells: 4000,
    configurations: 2000,
    factors: [{ name: 'config', levels: ['A', 'A-LRN'], levelCount: 2 }],
    seeds: [1, 2],
    estimatedMacs: 1.234e13,
    configurationsToDraw: 0,
    slots: 4,
    estimatedDeviceSeconds: 9000,
    estimatedSeconds: 2250,
    rows: [
      {
        levels: [{ factor: 'config', label: 'A-LRN' }],
        weightLayers: 11,
        parameters: 147_018,
        macsPerImage: 2_950_000,
        estimatedMacs: 8.1e11,
        differenceFromBase: '',
        memoryBytes: 31_400_000,
      },
    ],
  };
  expect(text(renderPlan(plan))).toMatchInlineSnapshot(`
    "
    VGG/8

    config  weight layers  parameters  memory  MACs/image     MACs
    ──────────────────────────────────────────────────────────────
    A-LRN              11     147,018   31 MB      2.95e6  8.10e11
    … and 1,999 more configurations

    4,000 trials = 2,000 configurations × 2 seeds (1, 2), about 1.23e13 multiply-accumulates
    About 2.5 device-hours at the measured speed: 37 min 30 s on the 4 connected slots.
    "
  `);
});

test('the status', () => {
  const status = {
    softwareVersion: '0.1.0',
    protocolVersion: 1,
    epoch: 2,
    startTime: time,
    workers: 2,
    slots: 2,
    busySlots: 1,
    activeSweeps: 1,
    httpAddress: 'http://127.0.0.1:7078',
    natsVersion: '2.9.10',
    durability: 'process crash; fsync every 2 min',
    eventLogSequence: 1234,
    resultsCommitted: 12,
    resultsQuarantined: 0,
  };
  expect(text(renderStatus(status))).toMatchInlineSnapshot(`
    "
    version    0.1.0 (protocol 1)
    since      2027-01-15 08:00:00 UTC, leadership epoch 2
    workers    2, 1 of 2 slots busy
    sweeps     1 active
    results    12 committed, 0 quarantined
    page       http://127.0.0.1:7078
    NATS       2.9.10, survives: process crash; fsync every 2 min
    event log  sequence 1,234
    "
  `);
});
