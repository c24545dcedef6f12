import { TickworkError } from '../../core/errors.ts';
import { createDisk, type Disk } from '../disk/disk.ts';
import { createFrameReader } from '../disk/kept-on-disk.ts';
import type { Topology } from '../network/topology.ts';
import type { Machine } from '../time/machine.ts';
import { createProcess, type Process } from '../time/process.ts';
import { type SimulatedWorker, startWorker, type WorkerDeps } from './worker.ts';

/** A worker as a supervisor keeps it, with its machine and disk. */
export interface WorkerSite {
  readonly name: string;
  readonly machine: Machine;
  readonly disk: Disk;
  readonly process: Process;
  readonly outboxSize: number;
  /** Ids of the records that would be found after a loss of power. */
  durableIds(): ReadonlySet<string>;
  /** @param againMs how long after its next start it dies once more. */
  kill(downMs: number, againMs?: number): void;
  /** It never comes back. */
  leave(): void;
  readonly gone: boolean;
  end(downMs: number): void;
  losePower(downMs: number, againMs?: number): void;
  pause(forMs: number): void;
  calm(): void;
  /** Compares what the disk has with what it must have. */
  audit(): void;
}

export interface WorkerSiteDeps extends Omit<WorkerDeps, 'process' | 'pid' | 'disk'> {
  readonly machine: Machine;
  readonly topology: Topology;
  /** Every other machine: where a machine without power is not heard. */
  readonly others: readonly string[];
  readonly onDefect: (who: string, reason: unknown) => void;
}

const RESTART_MS = [300, 3_000] as const;
/** A process that shuts down is killed after this long. */
const SHUTDOWN_MS = 30_000;

export function createWorkerSite(deps: WorkerSiteDeps): WorkerSite {
  const { name, machine, scheduler, random, checker, flaws, topology, others, onDefect } = deps;
  const disk = createDisk({ random, flaws });
  const readFrames = createFrameReader();
  let lives = 0;
  let gone = false;
  let current: { readonly process: Process; readonly worker: SimulatedWorker };

  function launch(): void {
    const process = createProcess(scheduler, machine, `${name} ${++lives}`, random);
    const worker = startWorker({ ...deps, process, disk, pid: lives });
    const started = { process, worker };
    current = started;
    void worker.ended.then((reason) => {
      if (!isExpected(reason)) onDefect(process.name, reason);
      if (current === started && process.alive) die(random.between(...RESTART_MS));
    });
  }

  function audit(): void {
    checker.records.found(name, readFrames(disk.files()));
  }

  function die(downMs: number, againMs?: number): void {
    const before = current;
    before.process.kill();
    audit();
    scheduler.schedule(downMs, () => {
      if (current !== before || gone) return;
      launch();
      const started = current;
      if (againMs !== undefined)
        scheduler.schedule(againMs, () => current === started && started.process.alive && die(downMs));
    });
  }

  launch();
  return {
    name,
    machine,
    disk,
    get process() {
      return current.process;
    },
    get outboxSize() {
      return current.worker.outboxSize;
    },
    durableIds: () => readFrames(disk.durableFiles()),
    kill: (downMs, againMs) => void (current.process.alive && die(downMs, againMs)),
    leave() {
      gone = true;
      current.process.kill();
    },
    get gone() {
      return gone;
    },
    end(downMs) {
      const { process, worker } = current;
      if (!process.alive) return;
      const exit = (): void => void (process.alive && die(downMs));
      process.enter(() => void worker.stop().then(exit, exit));
      scheduler.schedule(SHUTDOWN_MS, exit);
    },
    losePower(downMs, againMs) {
      if (!current.process.alive) return;
      for (const other of others)
        for (const [a, b] of [
          [machine.name, other],
          [other, machine.name],
        ] as const)
          topology.cut(a, b);
      current.process.kill();
      disk.losePower();
      die(downMs, againMs);
      scheduler.schedule(downMs, () => {
        for (const other of others)
          for (const [a, b] of [
            [machine.name, other],
            [other, machine.name],
          ] as const)
            topology.heal(a, b);
      });
    },
    pause(forMs) {
      const { process } = current;
      process.pause();
      scheduler.schedule(forMs, process.resume);
    },
    calm: () => current.process.resume(),
    audit,
  };
}

function isExpected(reason: unknown): boolean {
  if (reason instanceof TickworkError) return reason.code === 'WORKER_DUPLICATE';
  // The disk was full when it started, or a process before it is shutting down still.
  return reason === undefined || (reason instanceof Error && /ENOSPC|free directory/.test(reason.message));
}
