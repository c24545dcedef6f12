import { gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import type { SweepEvent } from '../../core/sweep/events.ts';
import type { SweepState } from '../../core/sweep/state.ts';
import { trialParametersSchema } from '../../core/study/trial-parameters.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LeaseBook } from './lease-book.ts';
import type { SessionRegistry } from './registry.ts';
import { type Session, wireLease } from './session.ts';

/** Gives pending cells to free slots. */
export interface Dispatcher {
  /** Something has changed that may let a cell start: a slot, a sweep, a lost attempt. Cheap to call. */
  wake(): void;
}

export interface DispatcherDeps {
  readonly ledger: Ledger;
  readonly book: LeaseBook;
  readonly registry: SessionRegistry;
  readonly newLeaseId: () => string;
  readonly now: () => number;
  readonly onAssigned: (waitMs: number) => void;
  readonly logger: Logger;
}

type LeasedEvent = Extract<SweepEvent, { type: 'trial-leased' }>;

export function freeSlots(session: Session, book: LeaseBook): number {
  if (session.draining) return 0;
  return Math.max(0, session.hello.slots - book.ofWorker(session.worker).length - session.stopping.size - session.granting);
}

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { ledger, book, registry, newLeaseId, now, onAssigned, logger } = deps;
  let scheduled = false;

  const pending = (): boolean =>
    [...ledger.state.sweeps.values()].some((sweep) => sweep.status === 'active' && sweep.counts.pending > 0);

  async function grant(session: Session): Promise<void> {
    const since = now();
    session.granting++;
    try {
      const { events } = await ledger.submit({ type: 'grant-lease', worker: session.worker, leaseId: newLeaseId() });
      const leased = events.find((event): event is LeasedEvent => event.type === 'trial-leased');
      if (!leased) return;
      await assign(session, leased);
      onAssigned(now() - since);
    } catch (error) {
      logger.warn({ err: error, worker: session.worker }, 'could not grant a lease');
    } finally {
      session.granting--;
    }
  }

  async function assign(session: Session, lease: LeasedEvent): Promise<void> {
    const sweep = ledger.state.sweeps.get(lease.sweepId) as SweepState;
    const gridIndex = gridIndexOf(sweep.grid, lease.cell);
    const parsed = trialParametersSchema.safeParse(sweep.grid.parameters(gridIndex));
    if (!parsed.success) {
      const message = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
      await ledger.submit({ type: 'lose-attempt', lease, kind: 'user_error', message, worker: session.worker });
      return;
    }
    const seed = seedOf(sweep.grid, lease.cell);
    const levels = sweep.grid.labels(gridIndex).map(({ factor, label }) => `${factor}=${label}`);
    const assignment = {
      lease: wireLease(lease),
      trialJson: JSON.stringify({ parameters: parsed.data, seed }),
      title: [...levels, `seed=${seed}`].join(' '),
    };
    session.slotUse.begin(lease.leaseId, now());
    // A stream that broke in this moment: the worker comes back without the lease, which ends it.
    if (registry.get(lease.worker)?.session === session) session.send({ assignment });
  }

  function run(): void {
    scheduled = false;
    if (!pending()) return;
    // One slot of every worker before the second of any: small sweeps spread.
    const waiting = registry.connected().map((session) => ({ session, free: freeSlots(session, book) }));
    for (let round = 1; waiting.some(({ free }) => free >= round); round++) {
      for (const { session, free } of waiting) if (free >= round) void grant(session);
    }
  }

  return {
    wake() {
      if (scheduled) return;
      scheduled = true;
      queueMicrotask(run);
    },
  };
}
