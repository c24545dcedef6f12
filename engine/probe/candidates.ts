import { type Device, EXECUTOR_NAMES, type ExecutorName } from '../executor.ts';

/** The devices that each executor may run on. */
export const DEVICES_OF: Readonly<Record<ExecutorName, readonly Device[]>> = {
  onnx: ['cpu', 'cuda', 'webgpu'],
  torch: ['cpu', 'cuda'],
  tensorflow: ['cpu', 'cuda'],
  cpu: ['cpu'],
};

/** Those that train at a useful speed; `cpu` is the oracle of the checks. */
export const WORKING_EXECUTORS = EXECUTOR_NAMES.filter((name) => name !== 'cpu');

export interface Place {
  readonly executor: ExecutorName;
  readonly device: Device;
}

/** Every executor on every device it has, the chosen ones only. */
export function places(
  executors: readonly ExecutorName[],
  wanted: Device | 'auto',
  devices: (executor: ExecutorName) => readonly Device[] = (executor) => DEVICES_OF[executor],
): readonly Place[] {
  return executors.flatMap((executor) =>
    devices(executor)
      .filter((device) => wanted === 'auto' || device === wanted)
      .map((device) => ({ executor, device })),
  );
}
