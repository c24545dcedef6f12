import type { Tensor } from '@tensorflow/tfjs-core';
import { keep, reshape, slice, tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { HostTensor, StepState } from '../executor.ts';
import { elementCount } from '../shape.ts';
import { withBackend } from '../tfjs/active-backend.ts';
import { BACKEND, loadedBackend } from './backend.ts';
import { execute } from './kernels/kernel.ts';

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
  if (data instanceof Uint8Array) return uploadBytes(data.subarray(0, elementCount(shape)), [...shape]);
  return tensor(data.slice(0, elementCount(shape)), [...shape], data instanceof Int32Array ? 'int32' : 'float32');
}

/** int32 of bytes. They cross to the device four to an integer, as tfjs has no dtype for them, and are taken apart there. */
function uploadBytes(bytes: Uint8Array, shape: number[]): Tensor {
  const words = new Int32Array(Math.ceil(bytes.length / 4));
  new Uint8Array(words.buffer).set(bytes);
  const backend = loadedBackend();
  if (backend === undefined) throw new Error('Expected TensorFlow to be loaded.');
  return tidy(() => {
    const apart = execute(backend, 'Bitcast', [tensor1d(words, 'int32')], { T: 'int32', type: 'uint8' });
    const integers = execute(backend, 'Cast', [apart], { SrcT: 'uint8', DstT: 'int32' });
    return reshape(slice(reshape(integers, [-1]), 0, bytes.length), shape);
  });
}

/** A copy in host memory; bools become int32. */
export function download(value: Tensor): HostTensor {
  const data = value.dataSync();
  return { shape: [...value.shape], data: value.dtype === 'float32' ? Float32Array.from(data) : Int32Array.from(data) };
}
