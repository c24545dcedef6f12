import type { Random } from '../random.ts';
import type { Process } from '../time/process.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { Topology } from './topology.ts';

/** One direction of a connection: in order, each item once, as fast as the network; what is cut off waits. */
export interface Pipe<T> {
  push(item: T): void;
  /** What is under way is lost. */
  close(): void;
}

export interface PipeDeps<T> {
  readonly scheduler: Scheduler;
  readonly topology: Topology;
  readonly random: Random;
  readonly from: string;
  readonly to: Process;
  /** In `to`. A promise holds the next item back until it settles. */
  readonly deliver: (item: T) => void | Promise<void>;
}

export function createPipe<T>({ scheduler, topology, random, from, to, deliver }: PipeDeps<T>): Pipe<T> {
  const queue: { readonly item: T; readonly due: number }[] = [];
  let busy = false;
  let closed = false;

  function pump(): void {
    const next = queue[0];
    if (busy || closed || next === undefined || !topology.passes(from, to.machine.name)) return;
    busy = true;
    scheduler.schedule(next.due - scheduler.now, () => {
      if (closed) return;
      if (!topology.passes(from, to.machine.name)) {
        busy = false;
        return;
      }
      queue.shift();
      to.enter(() => {
        if (closed) return;
        const wait = deliver(next.item);
        if (wait) void wait.then(goOn, goOn);
        else goOn();
      });
    });
  }

  function goOn(): void {
    busy = false;
    pump();
  }

  const unsubscribe = topology.onChange(pump);
  return {
    push(item) {
      if (closed) return;
      queue.push({ item, due: scheduler.now + random.between(0.5, 4) });
      pump();
    },
    close() {
      closed = true;
      unsubscribe();
      queue.length = 0;
    },
  };
}
