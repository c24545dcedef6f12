import type { Worker } from '../../proto/generated/tickwork/v1/Worker.ts';
import { failCell, finishCell, runCell, type ScriptedWorld, vggSweep } from './vgg-demo-world.ts';

const MINUTE = 60_000;

/** The demo in mid-run at `now`: nine cells done, one diverged, two running, two waiting; two older sweeps below it. */
export function demoMoment(now: Date): ScriptedWorld {
  const ago = (minutes: number): Date => new Date(now.getTime() - minutes * MINUTE);
  const stamp = (date: Date): { seconds: number; nanos: number } => ({
    seconds: Math.floor(date.getTime() / 1000),
    nanos: 0,
  });

  const live = vggSweep('vgg-demo-3f9a', ago(2.1));
  for (const cell of [0, 1, 2, 3, 4, 6, 7, 8, 9]) finishCell(live, cell);
  failCell(live, 5);
  runCell(live, 10, 'gpu-a', 3, 0.84);
  runCell(live, 11, 'gpu-b', 1, 0.22);

  const done = vggSweep('vgg-demo-b07c', ago(26 * 60));
  for (const { cell } of done.trials) finishCell(done, Number(cell));
  Object.assign(done.sweep, { state: 'SWEEP_STATE_COMPLETED', finishTime: stamp(ago(26 * 60 - 4)), revision: 60 });

  const stopped = vggSweep('vgg-demo-11d2', ago(3 * 24 * 60));
  for (const trial of stopped.trials) Object.assign(trial, { state: 'TRIAL_STATE_CANCELLED', waitingReason: '' });
  for (const cell of [0, 1, 2]) finishCell(stopped, cell);
  Object.assign(stopped.sweep, {
    state: 'SWEEP_STATE_CANCELLED',
    finishTime: stamp(ago(3 * 24 * 60 - 1)),
    revision: 20,
  });

  const worker = (name: string, cell: number, slotUse: number, outboxRecords: number): Worker => ({
    name: `workers/${name}`,
    state: 'WORKER_STATE_CONNECTED',
    host: 'bench-2',
    pid: 4000 + cell,
    softwareVersion: '0.1.0',
    slots: 1,
    devices: [{ name: 'cpu', executor: 'onnx', memoryBytes: 12e9, threads: 1 }],
    running: [{ lease: { leaseId: `l${cell}`, sweep: String(live.sweep.name), cell, attempt: 1, epoch: 1 } }],
    outboxRecords,
    connectTime: stamp(ago(2.2)),
    lastHeardTime: stamp(now),
    slotUse,
  });
  return { sweeps: [live, done, stopped], workers: [worker('gpu-a', 10, 0.981, 0), worker('gpu-b', 11, 0.967, 2)] };
}
