import type { Ledger } from '../../coordinator/ledger/ledger.ts';
import { TickworkError } from '../../core/errors.ts';
import type { Random } from '../random.ts';
import type { Machine } from '../time/machine.ts';
import { createProcess, type Process } from '../time/process.ts';
import type { Scheduler } from '../time/scheduler.ts';
import { type CoordinatorDeps, type SimulatedCoordinator, startCoordinator } from './coordinator.ts';
import { createStateFiles } from './state-files.ts';
import type { Table } from './table.ts';

/** A coordinator as a supervisor keeps it: started again whenever it ends. */
export interface CoordinatorSite {
  /** Where workers find it; its processes' names begin with it, and its table has it. */
  readonly name: string;
  readonly table: Table;
  /** The newest process, dead or alive. */
  readonly process: Process;
  /** Of the process that leads, as far as anybody outside can know. */
  readonly ledger: Ledger | undefined;
  /** Whether it leads as it believes itself, stopped or not. */
  readonly leads: boolean;
  /** @param againMs how long after its next start it dies once more. */
  kill(downMs: number, againMs?: number): void;
  end(downMs: number): void;
  pause(forMs: number): void;
  /** Another machine takes the volume and the name, while this process may go on. */
  replace(oldPausedMs: number): void;
  /** It never comes back. */
  leave(): void;
  /** Everything that was stopped goes on. */
  calm(): void;
  /** Lets go of what Node keeps for signals that never abort, those of killed processes; once the world is over. */
  dispose(): void;
}

export interface CoordinatorSiteDeps extends Omit<CoordinatorDeps, 'process' | 'address' | 'files'> {
  readonly scheduler: Scheduler;
  readonly machines: readonly Machine[];
  readonly random: Random;
  /** A process has ended for a reason that no fault explains. */
  readonly onDefect: (who: string, reason: unknown) => void;
}

const RESTART_MS = [300, 3_000] as const;
/** A process that shuts down is killed after this long. */
const SHUTDOWN_MS = 30_000;
/** A machine that lost its volume is switched off in the end. */
const SWITCHED_OFF_MS = [1_000, 30_000] as const;
/** What a disk or a volume of this simulation says. */
const EXPECTED = /ENOSPC|volume is gone|did not confirm|free state directory/;

export function createCoordinatorSite(deps: CoordinatorSiteDeps): CoordinatorSite {
  const { scheduler, machines, random, table, onDefect } = deps;
  const { name } = table;
  const files = createStateFiles(table);
  const lives: SimulatedCoordinator[] = [];
  const earlier: Process[] = [];
  let machine = machines[0] as Machine;
  let current: { readonly process: Process; readonly coordinator: SimulatedCoordinator };
  let gone = false;
  let endDownMs: number | undefined;

  function launch(): void {
    const process = createProcess(scheduler, machine, `${name}-${lives.length + 1}`, random);
    const coordinator = startCoordinator({ ...deps, process, address: name, files });
    lives.push(coordinator);
    const started = { process, coordinator };
    current = started;
    endDownMs = undefined;
    void coordinator.ended.then((reason) => {
      if (!isExpected(reason)) onDefect(process.name, reason);
      process.kill();
      if (current === started) startLater(endDownMs ?? random.between(...RESTART_MS));
    });
  }

  function startLater(ms: number, againMs?: number): void {
    const before = current;
    scheduler.schedule(ms, () => {
      if (current !== before || before.process.alive || gone) return;
      launch();
      const started = current;
      if (againMs !== undefined) scheduler.schedule(againMs, () => current === started && die(ms));
    });
  }

  function die(downMs: number, againMs?: number): void {
    current.process.kill();
    startLater(downMs, againMs);
  }

  launch();
  return {
    name,
    table,
    get process() {
      return current.process;
    },
    get ledger() {
      return current.process.state === 'running' ? current.coordinator.ledger : undefined;
    },
    get leads() {
      return current.process.alive && current.coordinator.ledger !== undefined;
    },
    kill: die,
    end(downMs) {
      const ending = current;
      endDownMs = downMs;
      ending.process.enter(ending.coordinator.stop);
      scheduler.schedule(SHUTDOWN_MS, () => current === ending && ending.process.alive && die(downMs));
    },
    pause(forMs) {
      const { process } = current;
      process.pause();
      scheduler.schedule(forMs, process.resume);
    },
    replace(oldPausedMs) {
      const { process } = current;
      earlier.push(process);
      process.pause();
      scheduler.schedule(oldPausedMs, process.resume);
      scheduler.schedule(oldPausedMs + random.between(...SWITCHED_OFF_MS), process.kill);
      table.fence();
      machine = machines[(machines.indexOf(machine) + 1) % machines.length] as Machine;
      launch();
    },
    leave() {
      gone = true;
      current.process.kill();
    },
    calm() {
      for (const process of earlier) process.resume();
      current.process.resume();
      table.full = false;
      table.afterNextCommit(() => {});
    },
    dispose() {
      for (const coordinator of lives) coordinator.stop();
    },
  };
}

function isExpected(reason: unknown): boolean {
  if (reason instanceof TickworkError)
    return ['LOG_CONFLICT', 'NATS_UNREACHABLE', 'NOT_READY', 'STORE_FAILED'].includes(reason.code);
  // It was told to end.
  if (reason === undefined) return true;
  return reason instanceof Error && EXPECTED.test(reason.message);
}
