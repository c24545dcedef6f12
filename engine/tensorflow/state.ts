import type { Tensor } from '@tensorflow/tfjs-core';
import { keep, tensor } from '@tensorflow/tfjs-core';
import type { HostTensor, StepState } from '../executor.ts';
import { elementCount } from '../shape.ts';
import { withBackend } from '../tfjs/active-backend.ts';
import { BACKEND } from './backend.ts';

/** Entries on the device, by name. */
export type DeviceState = Record<string, Tensor>;

export function createDeviceState(values: Readonly<Record<string, HostTensor>>): {
  readonly handle: StepState;
  readonly entries: DeviceState;
} {
  const entries: DeviceState = {};
  withBackend(BACKEND, () => {
    for (const [name, value] of Object.entries(values)) entries[name] = keep(upload(value));
  });
  const handle: StepState = {
    names: Object.keys(values),
    async read(name) {
      const entry = entries[name];
      if (entry === undefined) throw new RangeError(`Expected a state entry, got '${name}'.`);
      return withBackend(BACKEND, () => download(entry));
    },
    dispose() {
      for (const [name, entry] of Object.entries(entries)) {
        entry.dispose();
        delete entries[name];
      }
    },
  };
  return { handle, entries };
}

/** A tensor of a copy: on the CPU TensorFlow computes on the array that it is given. */
export function upload({ shape, data }: HostTensor): Tensor {
  return tensor(data.slice(0, elementCount(shape)), [...shape], data instanceof Int32Array ? 'int32' : 'float32');
}

/** A copy in host memory; bools become int32. */
export function download(value: Tensor): HostTensor {
  const data = value.dataSync();
  return { shape: [...value.shape], data: value.dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data) };
}
