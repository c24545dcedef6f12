import type { StoredResult } from '../../coordinator/ports.ts';
import { recordId } from '../../proto/records.ts';
import type { CoordinatorSite } from '../cluster/coordinator-site.ts';
import type { WorkerSite } from '../cluster/worker-site.ts';
import type { NatsSite } from '../nats/nats-site.ts';
import type { Topology } from '../network/topology.ts';
import type { WorkNetwork } from '../network/work-network.ts';
import type { Machine } from '../time/machine.ts';
import type { Scheduler } from '../time/scheduler.ts';
import type { Fault } from './plan.ts';

/** Everything that can be broken. */
export interface Stage {
  readonly scheduler: Scheduler;
  readonly topology: Topology;
  /** One, or two that stand by. */
  readonly coordinators: readonly CoordinatorSite[];
  readonly workers: readonly WorkerSite[];
  readonly nats: NatsSite;
  readonly work: WorkNetwork;
  /** A person gives a sweep up. */
  readonly cancel: (sweepId: string) => void;
}

/** Up to ten minutes either way. */
const CLOCK_JUMP_MS = 600_000;
const FORGOTTEN_SHARE = 0.5;
/** Longer than a lease, a takeover and a trial, and the silence of a worker whose lease is to expire meanwhile. */
const HELD_MS = 110_000;
const SILENT_MS = 90_000;
/** How long a start takes, about. */
const COORDINATOR_START_MS = 500;
const WORKER_START_MS = 40;

/** Makes a fault happen now; its end is scheduled. */
export function injectFault(stage: Stage, fault: Fault): void {
  const { scheduler, topology, coordinators, nats, work } = stage;
  const { kind, forMs, dice } = fault;
  const coordinator = coordinators.find(({ leads }) => leads) ?? (coordinators[0] as CoordinatorSite);
  const standby = coordinators.find((site) => site !== coordinator) ?? coordinator;
  const { table } = coordinator;
  const worker = stage.workers[fault.worker % stage.workers.length] as WorkerSite;

  function until(begin: () => void, end: () => void): void {
    begin();
    scheduler.schedule(forMs, end);
  }
  function partition(a: string, b: string): void {
    // Both ways, or one of the two.
    const lines = [
      [a, b],
      [b, a],
    ] as const;
    const cut = dice < 0.6 ? lines : dice < 0.8 ? lines.slice(0, 1) : lines.slice(1);
    until(
      () => cut.forEach(([from, to]) => void topology.cut(from, to)),
      () => cut.forEach(([from, to]) => void topology.heal(from, to)),
    );
  }
  function stall({ name }: CoordinatorSite, ms: number): void {
    nats.streams.stall(name, true);
    scheduler.schedule(ms, () => nats.streams.stall(name, false));
  }
  /** Its sweep is cancelled before another one leads, or its cell is done again before another one hears of it. */
  function overrule({ sweepId, record }: StoredResult): void {
    if (dice < 0.5) {
      stall(standby, dice * forMs);
      return stage.cancel(sweepId);
    }
    nats.streams.holdBack(standby.name, recordId(record), HELD_MS);
    stage.workers.find(({ name }) => name === record.worker)?.pause(SILENT_MS);
  }
  function leave(workers: string, coordinators: string): void {
    for (const [from, to] of [
      [workers, coordinators],
      [coordinators, workers],
    ] as const)
      until(
        () => topology.cut(from, to),
        () => topology.heal(from, to),
      );
    work.reset(workers);
  }
  /** In some cases the next process dies too, while it starts. */
  const againMs = (startMs: number): number | undefined => (dice < 0.4 ? (dice / 0.4) * startMs : undefined);
  const setClock = (machine: Machine): void => machine.jump(Math.round((2 * dice - 1) * CLOCK_JUMP_MS));

  switch (kind) {
    case 'coordinator killed':
      // Some at once, some between a row and its event.
      if (dice < 0.6) coordinator.kill(forMs, againMs(COORDINATOR_START_MS));
      else table.afterNextCommit(() => coordinator.kill(forMs));
      return;
    case 'coordinator ended':
      return coordinator.end(forMs);
    case 'coordinator paused':
      return coordinator.pause(forMs);
    case 'coordinator replaced while it lives':
      return coordinator.replace(forMs);
    case 'coordinator disk full':
      return until(
        () => void (table.full = true),
        () => void (table.full = false),
      );
    case 'coordinator clock set':
      return setClock(coordinator.process.machine);
    case 'coordinator hears nothing':
      stall(coordinator, forMs);
      if (dice < 0.7) worker.pause(forMs);
      return;
    case 'coordinator lost at a row':
      return table.afterNextCommit(([row]) => {
        coordinator.kill(forMs);
        if (row) overrule(row);
      });
    case 'standby killed':
      return standby.kill(forMs, againMs(COORDINATOR_START_MS));
    case 'standby paused':
      return standby.pause(forMs);
    case 'standby disk full':
      return until(
        () => void (standby.table.full = true),
        () => void (standby.table.full = false),
      );
    case 'both coordinators killed':
      coordinator.kill(forMs);
      return standby.kill(dice * forMs);
    case 'worker killed':
      return worker.kill(forMs, againMs(WORKER_START_MS));
    case 'worker ended':
      return worker.end(forMs);
    case 'worker without power':
      // Some at once, some between a write and its fsync.
      if (dice < 0.6) worker.losePower(forMs, againMs(WORKER_START_MS));
      else worker.disk.afterNextWrite(() => worker.losePower(forMs));
      return;
    case 'worker gone for good':
      // One has to stay, to do the work.
      return worker === stage.workers[0] ? worker.kill(forMs) : worker.leave();
    case 'worker paused':
      return worker.pause(forMs);
    case 'worker disk full':
      return until(
        () => void (worker.disk.full = true),
        () => void (worker.disk.full = false),
      );
    case 'worker clock set':
      return setClock(worker.machine);
    case 'stream reset':
      return work.reset(worker.machine.name);
    case 'partition of worker and coordinator':
      return partition(worker.machine.name, coordinator.process.machine.name);
    case 'partition of worker and NATS':
      return partition(worker.machine.name, nats.machine.name);
    case 'partition of coordinator and NATS':
      return partition(coordinator.process.machine.name, nats.machine.name);
    case 'partition of standby and NATS':
      return partition(standby.process.machine.name, nats.machine.name);
    case 'standby hears nothing':
      stall(standby, forMs);
      // In some cases it is needed meanwhile.
      if (dice < 0.5) scheduler.schedule(2 * dice * forMs, () => coordinator.end(forMs));
      return;
    case 'coordinator cannot reach the key': {
      // In some cases its workers leave it, and it hears in one go what others have had done before it decides anything itself; in
      // some it goes on with its workers, and who takes over hears that in one go.
      const alone = dice < 0.5;
      if (alone) for (const { machine } of stage.workers) leave(machine.name, coordinator.process.machine.name);
      stall(alone ? coordinator : standby, 0.9 * forMs);
      return until(
        () => nats.streams.hideLeaderKey(coordinator.name, true),
        () => nats.streams.hideLeaderKey(coordinator.name, false),
      );
    }
    case 'NATS killed':
    case 'NATS away past its duplicate window':
      return nats.kill(forMs);
    case 'NATS paused':
      return nats.pause(forMs);
    case 'NATS disk full':
      return until(
        () => void (nats.streams.full = true),
        () => void (nats.streams.full = false),
      );
    case 'NATS forgets acknowledged records':
      nats.streams.forget(FORGOTTEN_SHARE);
      return;
    case 'site without power':
      return table.afterNextCommit(() => {
        coordinator.kill(COORDINATOR_START_MS);
        nats.kill(COORDINATOR_START_MS);
        // Acknowledged, and not on the disk of a server that synchronises once a minute.
        nats.streams.forget(1);
        stage.workers.forEach((each, i) => {
          each.losePower(each === worker ? forMs : (forMs * (i + 1)) / (4 * stage.workers.length));
        });
      });
    case 'messages dropped, doubled, late':
      return until(
        () => void (nats.network.flaky = true),
        () => void (nats.network.flaky = false),
      );
  }
}

/** The end of all faults, those under way included. */
export function calm({ topology, coordinators, workers, nats }: Stage): void {
  topology.healAll();
  for (const coordinator of coordinators) coordinator.calm();
  for (const worker of workers) {
    worker.disk.full = false;
    worker.calm();
  }
  nats.calm();
}
