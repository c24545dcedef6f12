import type { Clock } from '../../runtime/clock.ts';
import type { Random } from '../random.ts';
import type { Machine } from './machine.ts';
import type { Owner, Scheduler, Timer } from './scheduler.ts';

/** One life of a program on a machine. After its death nothing it asked for is answered, and nothing it does has an effect. */
export interface Process extends Owner {
  readonly name: string;
  readonly machine: Machine;
  readonly clock: Clock;
  /** Never set. */
  readonly steadyClock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly alive: boolean;
  /** Something happens to it, `delayMs` true milliseconds from now. */
  enter(run: () => void, delayMs?: number): Timer;
  /** Resolves in this process after so many true milliseconds; never once it is dead. */
  wait(ms: number): Promise<void>;
  pause(): void;
  resume(): void;
  kill(): void;
  /** Called on every pause, resume and death. */
  onChange(listener: (state: Owner['state']) => void): void;
}

export function createProcess(scheduler: Scheduler, machine: Machine, name: string, random: Random): Process {
  let state: Owner['state'] = 'running';
  let parked: (() => void)[] = [];
  const listeners: ((state: Owner['state']) => void)[] = [];

  function change(next: Owner['state']): void {
    if (state === 'dead' || state === next) return;
    state = next;
    for (const listener of listeners) listener(next);
  }

  const enter = (run: () => void, delayMs = 0): Timer => scheduler.schedule(delayMs, run, self);

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = enter(end, ms / machine.rate);
      signal?.addEventListener('abort', end);
    });
  }

  const self: Process = {
    name,
    machine,
    clock: { now: machine.now, sleep },
    steadyClock: { now: machine.steady, sleep },
    random: random.next,
    get state() {
      return state;
    },
    get alive() {
      return state !== 'dead';
    },
    park: (run) => void parked.push(run),
    enter,
    wait: (ms) => new Promise((resolve) => void enter(resolve, ms)),
    pause: () => state === 'running' && change('paused'),
    resume() {
      if (state !== 'paused') return;
      change('running');
      const missed = parked;
      parked = [];
      for (const run of missed) enter(run);
    },
    kill() {
      parked = [];
      change('dead');
    },
    onChange: (listener) => void listeners.push(listener),
  };
  return self;
}
