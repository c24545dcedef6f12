import type { HostTensor, StepState } from '../executor.ts';
import type { Shape } from '../step.ts';
import { disposedOf } from './failure.ts';
import type { OnnxRuntime, RuntimeTensor } from './library/runtime.ts';

/** One entry in memory twice: a step reads `current` and writes `spare`, then the two change places. */
export class StateEntry implements HostTensor {
  readonly shape: Shape;
  current: RuntimeTensor;
  spare: RuntimeTensor;

  constructor(runtime: OnnxRuntime, { shape, data }: HostTensor) {
    this.shape = [...shape];
    this.current = runtime.tensor(data.slice(), shape);
    this.spare = runtime.tensor(data.slice(), shape);
  }

  get data(): HostTensor['data'] {
    return this.current.data;
  }

  swap(): void {
    [this.current, this.spare] = [this.spare, this.current];
  }

  read(): HostTensor {
    return { shape: [...this.shape], data: this.data.slice() };
  }

  release(): void {
    this.spare.release();
    this.current.release();
  }
}

export interface OnnxState {
  readonly handle: StepState;
  readonly entries: Record<string, StateEntry>;
  /** Runs `work` when everything asked of this state before is done: two runs at once would write the same memory. */
  enqueue<T>(work: () => Promise<T> | T): Promise<T>;
}

export function createOnnxState(runtime: OnnxRuntime, values: Readonly<Record<string, HostTensor>>): OnnxState {
  const entries = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, new StateEntry(runtime, value)]),
  );
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
      if (disposed) return;
      disposed = true;
      const held = Object.values(entries);
      for (const name of names) delete entries[name];
      // A run that was asked for before may still write there.
      void enqueue(() => {
        for (const entry of held) entry.release();
      });
    },
  };
  return { handle, entries, enqueue };
}
