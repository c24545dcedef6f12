import { describe, expect, it } from 'vitest';
import type { Ledger, SubmitOptions } from '../../../coordinator/ledger/ledger.ts';
import { createLeaseBook } from '../../../coordinator/sessions/lease-book.ts';
import { reapLeases } from '../../../coordinator/sessions/reaper.ts';
import { createSessionRegistry } from '../../../coordinator/sessions/registry.ts';
import { EMPTY_CLUSTER } from '../../../core/sweep/state.ts';
import { deferred } from '../../../runtime/deferred.ts';
import { createLogger } from '../../../runtime/logger.ts';

const LEASE_MS = 30_000;

function bookWith(...leaseIds: readonly string[]) {
  const book = createLeaseBook(EMPTY_CLUSTER, 0, LEASE_MS);
  const key = { sweepId: 's', attempt: 1, worker: 'w', epoch: 1 };
  book.apply(
    leaseIds.map((leaseId, cell) => ({ type: 'trial-leased', ...key, cell, leaseId, at: 0 })),
    0,
  );
  const lease = (cell: number) => ({ ...key, cell, leaseId: leaseIds[cell] as string });
  return { book, lease };
}

describe('a coordinator that was stopped for a minute', () => {
  it('does not take its own silence for that of the workers', () => {
    const { book } = bookWith('a');
    book.excuse(57_000, 60_000);
    expect(book.expired(60_000, LEASE_MS)).toEqual([]);
    expect(book.expired(60_000 + LEASE_MS, LEASE_MS)).toHaveLength(1);
  });

  it('gives no credit for the time to come to what it heard on waking', () => {
    const { book, lease } = bookWith('a', 'b');
    book.hear(lease(0), 60_000);
    book.excuse(57_000, 60_000);
    expect(book.expired(60_001 + LEASE_MS, LEASE_MS)).toHaveLength(2);
  });
});

describe('an expiry that the log holds back', () => {
  it('is not decided on the time in which the coordinator was stopped', async () => {
    const { book, lease } = bookWith('a');
    let now = LEASE_MS + 1;
    let wake = deferred<void>();
    const clock = {
      now: () => now,
      sleep: () => {
        wake = deferred();
        return wake.promise;
      },
    };
    const asked: SubmitOptions[] = [];
    const submit: Ledger['submit'] = async (_, options = {}) => {
      asked.push(options);
      return new Promise(() => {});
    };
    const ledger = { submit, state: EMPTY_CLUSTER } as Pick<Ledger, 'submit' | 'state'> as Ledger;
    const ending = new AbortController();
    const reaping = reapLeases(
      {
        ...{ ledger, book, registry: createSessionRegistry(), leaseDurationMs: LEASE_MS, clock },
        ...{ canDecide: () => true, onExpired: () => {}, logger: createLogger('test', 'silent') },
      },
      ending.signal,
    );
    expect(asked).toHaveLength(1);
    const [{ wanted } = {}] = asked;
    expect(wanted?.()).toBe(true);

    book.hear(lease(0), now);
    now += 2 * LEASE_MS;
    expect(wanted?.()).toBe(false);
    wake.resolve();
    await Promise.resolve();
    expect(wanted?.()).toBe(false);
    now += LEASE_MS / 10;
    expect(wanted?.()).toBe(false);

    ending.abort();
    wake.resolve();
    await reaping;
  });
});
