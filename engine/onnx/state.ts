import { Tensor } from 'onnxruntime-node';
import type { HostTensor, StepState } from '../executor.ts';
import type { Shape } from '../step.ts';
import { disposedOf } from './failure.ts';

/** One entry in memory twice: a step reads `current` and writes `spare`, then the two change places. */
export class StateEntry implements HostTensor {
  readonly shape: Shape;
  current: Tensor;
  spare: Tensor;

  constructor({ shape, data }: HostTensor) {
    this.shape = [...shape];
    this.current = toTensor(data.slice(), shape);
    this.spare = toTensor(data.slice(), shape);
  }

  get data(): Float32Array | Int32Array {
    return this.current.data as Float32Array | Int32Array;
  }

  swap(): void {
    [this.current, this.spare] = [this.spare, this.current];
  }

  read(): HostTensor {
    return { shape: [...this.shape], data: this.data.slice() };
  }
}

export interface OnnxState {
  readonly handle: StepState;
  readonly entries: Record<string, StateEntry>;
  /** Runs `work` when everything asked of this state before is done: two runs at once would write the same memory. */
  enqueue<T>(work: () => Promise<T> | T): Promise<T>;
}

export function createOnnxState(values: Readonly<Record<string, HostTensor>>): OnnxState {
  const entries = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, new StateEntry(value)]));
  const names = Object.keys(entries);
  let disposed = false;
  let last: Promise<unknown> = Promise.resolve();
  const enqueue: OnnxState['enqueue'] = (work) => {
    const done = last.then(work);
    // The one who asked hears of a failure; the next in the queue does not.
    last = done.catch(() => {});
    return done;
  };
  const handle: StepState = {
    names,
    read(name) {
      return enqueue(() => {
        if (disposed) throw disposedOf('the state');
        const entry = entries[name];
        if (entry === undefined) throw new RangeError(`Expected a state entry, got '${name}'.`);
        return entry.read();
      });
    },
    dispose() {
      disposed = true;
      for (const name of names) delete entries[name];
    },
  };
  return { handle, entries, enqueue };
}

export function toTensor(data: HostTensor['data'], shape: Shape): Tensor {
  if (data instanceof Float32Array) return new Tensor('float32', data, shape);
  return data instanceof Int32Array ? new Tensor('int32', data, shape) : new Tensor('uint8', data, shape);
}
