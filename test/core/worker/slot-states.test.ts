import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFree, nextSlotState, SLOT_EVENTS, SLOT_STATES, type SlotEvent } from '../../../worker/slots/slot-state.ts';

const HOLDS_TRIAL = new Set(['waiting', 'running', 'stopping']);

function play(...events: SlotEvent[]) {
  return events.reduce<(typeof SLOT_STATES)[number] | undefined>(
    (state, event) => (state === undefined ? undefined : nextSlotState(state, event)),
    'starting',
  );
}

describe('a slot', () => {
  test.each<[string, SlotEvent[], string | undefined]>([
    ['serves trials one after another', ['ready', 'assign', 'outcome', 'assign'], 'running'],
    ['takes a trial before its process is ready', ['assign', 'ready'], 'running'],
    ['keeps a waiting trial when the process dies before it is ready', ['assign', 'exit', 'ready'], 'running'],
    ['gives a waiting trial up', ['assign', 'gave-up', 'exit', 'ready'], 'idle'],
    ['starts again after a crash in a trial', ['ready', 'assign', 'exit'], 'starting'],
    ['is free after a stop that the process answered', ['ready', 'assign', 'stop', 'outcome'], 'idle'],
    ['starts again after a stop that killed the process', ['ready', 'assign', 'stop', 'exit'], 'starting'],
    ['drops a trial that had not begun', ['assign', 'stop'], 'starting'],
    ['takes no second trial', ['ready', 'assign', 'assign'], undefined],
    ['has nothing to stop when idle', ['ready', 'stop'], undefined],
    [
      'closes from a running trial, whatever the trial still says',
      ['ready', 'assign', 'close', 'outcome', 'exit'],
      'closed',
    ],
  ])('%s', (_, events, expected) => {
    expect(play(...events)).toBe(expected);
  });

  test('that is closed stays closed', () => {
    for (const event of SLOT_EVENTS) expect(nextSlotState('closed', event) ?? 'closed').toBe('closed');
  });

  test('reaches every state, always listens to close, and only a free one takes a trial', () => {
    const reached = new Set<string>(['starting']);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...SLOT_EVENTS)), (events) => {
        let state: (typeof SLOT_STATES)[number] = 'starting';
        for (const event of events) {
          const next = nextSlotState(state, event);
          expect(nextSlotState(state, 'close')).toBeDefined();
          if (event === 'assign') expect(next !== undefined).toBe(isFree(state));
          if (next && HOLDS_TRIAL.has(next) && !HOLDS_TRIAL.has(state)) expect(event).toBe('assign');
          if (state === 'closing' && next) expect(['closing', 'closed']).toContain(next);
          state = next ?? state;
          reached.add(state);
        }
      }),
      { numRuns: 1_000 },
    );
    expect([...reached].sort()).toEqual([...SLOT_STATES].sort());
  });
});
