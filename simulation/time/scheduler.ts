/** Whoever an event happens to. Nothing happens to the dead; what happens to the paused waits for them. */
export interface Owner {
  readonly state: 'running' | 'paused' | 'dead';
  /** Keeps an event until the owner goes on. */
  park(run: () => void): void;
}

export interface Timer {
  cancel(): void;
}

/**
 * Virtual time. Events happen one after the other in the order of (time, scheduling); between two of them every promise that can
 * settle has settled, so a run is a function of its seed.
 */
export interface Scheduler {
  /** Virtual milliseconds since the world began. */
  readonly now: number;
  schedule(delayMs: number, run: () => void, owner?: Owner): Timer;
  /** Runs until stop(), or until nothing is left to happen; may be called again. Rejects with what an event throws. */
  run(): Promise<void>;
  stop(): void;
  /** Events so far. */
  readonly steps: number;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  readonly owner: Owner | undefined;
  cancelled: boolean;
}

export function createScheduler(): Scheduler {
  const heap: Event[] = [];
  let now = 0;
  let order = 0;
  let steps = 0;
  let stopped = false;

  const before = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

  function push(event: Event): void {
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent] as Event)) break;
      heap[at] = heap[parent] as Event;
      at = parent;
    }
    heap[at] = event;
  }

  function pop(): Event | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as Event, heap[child] as Event)) child++;
      if (!before(heap[child] as Event, last)) break;
      heap[at] = heap[child] as Event;
      at = child;
    }
    heap[at] = last;
    return first;
  }

  function happen({ run, owner }: Event): void {
    if (owner === undefined || owner.state === 'running') run();
    else if (owner.state === 'paused') owner.park(run);
  }

  return {
    get now() {
      return now;
    },
    get steps() {
      return steps;
    },
    schedule(delayMs, run, owner) {
      const event = { at: now + Math.max(0, delayMs), order: order++, run, owner, cancelled: false };
      push(event);
      return { cancel: () => void (event.cancelled = true) };
    },
    run() {
      stopped = false;
      return new Promise<void>((resolve, reject) => {
        function step(): void {
          if (stopped) return resolve();
          let event = pop();
          while (event?.cancelled) event = pop();
          if (event === undefined) return resolve();
          now = event.at;
          steps++;
          try {
            happen(event);
          } catch (error) {
            return reject(error);
          }
          // A tick of its own begins only when no promise is left that can settle; from within the last tick it would begin before.
          queueMicrotask(() => process.nextTick(step));
        }
        queueMicrotask(() => process.nextTick(step));
      });
    },
    stop() {
      stopped = true;
    },
  };
}
