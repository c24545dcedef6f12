import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createPublicationQueue } from '../../../worker/publisher/publication-queue.ts';

const TIMINGS = { refused: { firstMs: 100, capMs: 1_000 }, republishAfterMs: 30_000, republishCapMs: 60_000 };

describe('the publication queue', () => {
  test('publishes in order, within the limit', () => {
    const queue = createPublicationQueue(TIMINGS);
    for (const id of ['a', 'b', 'c']) queue.offer(id);
    expect(queue.take(0, 2)).toEqual(['a', 'b']);
    expect(queue.take(0, 0)).toEqual([]);
    expect(queue.inFlight).toBe(2);
    expect(queue.take(0, 9)).toEqual(['c']);
  });

  test('tries a refused record again after a jittered pause that grows to its cap', () => {
    const queue = createPublicationQueue(TIMINGS);
    queue.offer('a');
    let now = 0;
    const pauses = [];
    for (let i = 0; i < 6; i++) {
      queue.take(now, 1);
      queue.refused('a', now, 1);
      const due = queue.nextDueMs() as number;
      expect(queue.take(due - 1, 1)).toEqual([]);
      pauses.push(due - now);
      now = due;
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  });

  test('publishes an acknowledged record again until its receipt comes', () => {
    const queue = createPublicationQueue(TIMINGS);
    queue.offer('a');
    queue.take(0, 1);
    expect(queue.unacknowledged).toBe(1);
    queue.acknowledged('a', 0, 0);
    expect(queue.unacknowledged).toBe(0);
    expect(queue.take(29_999, 1)).toEqual([]);
    expect(queue.take(30_000, 1)).toEqual(['a']);
    queue.acknowledged('a', 30_000, 0);
    expect(queue.nextDueMs()).toBe(90_000);
    queue.withdraw('a');
    expect(queue.nextDueMs()).toBeUndefined();
    expect(queue.take(1e9, 1)).toEqual([]);
  });

  test('publishes everything that rests when the world has changed', () => {
    const queue = createPublicationQueue(TIMINGS);
    for (const id of ['a', 'b', 'c']) queue.offer(id);
    queue.take(0, 3);
    queue.acknowledged('a', 0, 0);
    queue.refused('b', 0, 1);
    queue.refresh();
    expect([...queue.take(0, 9)].sort()).toEqual(['a', 'b']);
  });

  test('never loses a record, never has one twice in flight, and counts right', () => {
    const id = fc.constantFrom('a', 'b', 'c');
    const command = fc.oneof(
      fc.record({ do: fc.constantFrom('offer' as const, 'withdraw' as const), id }),
      fc.record({ do: fc.constant('take' as const), limit: fc.nat(3) }),
      fc.record({
        do: fc.constantFrom('acknowledged' as const, 'refused' as const),
        random: fc.double({ min: 0, max: 0.99, noNaN: true }),
      }),
      fc.record({ do: fc.constantFrom('refresh' as const, 'wait' as const) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const queue = createPublicationQueue(TIMINGS);
        const wanted = new Set<string>();
        const acknowledged = new Set<string>();
        const flying: string[] = [];
        let now = 0;
        for (const one of commands) {
          if (one.do === 'offer') {
            if (!wanted.has(one.id)) acknowledged.delete(one.id);
            wanted.add(one.id);
            queue.offer(one.id);
          } else if (one.do === 'withdraw') {
            wanted.delete(one.id);
            queue.withdraw(one.id);
            // Its answer is still to come, but nobody waits for it.
            if (flying.includes(one.id)) flying.splice(flying.indexOf(one.id), 1);
          } else if (one.do === 'take') {
            for (const taken of queue.take(now, one.limit)) {
              expect(flying).not.toContain(taken);
              expect(wanted).toContain(taken);
              flying.push(taken);
            }
          } else if (one.do === 'acknowledged' || one.do === 'refused') {
            const answered = flying.shift();
            if (answered === undefined) continue;
            queue[one.do](answered, now, one.random);
            if (one.do === 'acknowledged') acknowledged.add(answered);
          } else if (one.do === 'refresh') queue.refresh();
          else now += 100_000;
          expect(queue.inFlight).toBe(flying.length);
          expect(queue.unacknowledged).toBe([...wanted].filter((w) => !acknowledged.has(w)).length);
        }
        // Whatever happened: all that is wanted is published in the end.
        queue.refresh();
        const rest = queue.take(now, 9);
        expect([...rest, ...flying].sort()).toEqual([...wanted].sort());
      }),
      { numRuns: 500 },
    );
  });
});
