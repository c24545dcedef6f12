import { describe, expect, it } from 'vitest';
import { createLeaseBook } from '../../../coordinator/sessions/lease-book.ts';
import { EMPTY_CLUSTER } from '../../../core/sweep/state.ts';

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
