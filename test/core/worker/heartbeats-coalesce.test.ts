import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type HeartbeatInput,
  type HeartbeatState,
  heartbeat,
  heartbeatMessage,
  initialHeartbeat,
} from '../../../worker/coordinator-stream/heartbeat.ts';

const lease = (leaseId: string) => ({ leaseId, sweep: 'sweeps/s', cell: 1, attempt: 1, epoch: 1 });

/** Feeds the inputs and returns the messages that went out. */
function play(inputs: readonly HeartbeatInput[]): {
  state: HeartbeatState;
  sent: ReturnType<typeof heartbeatMessage>[];
} {
  let state = initialHeartbeat();
  const sent = [];
  for (const input of inputs) {
    const step = heartbeat(state, input);
    state = step.state;
    if (step.send) sent.push(heartbeatMessage(state, 0));
  }
  return { state, sent };
}

const open: HeartbeatInput = { kind: 'stream', stream: 'open' };
const congested: HeartbeatInput = { kind: 'stream', stream: 'congested' };
const down: HeartbeatInput = { kind: 'stream', stream: 'down' };
const tick: HeartbeatInput = { kind: 'tick' };
const began: HeartbeatInput = { kind: 'began', lease: lease('a') };
const step = (n: number): HeartbeatInput => ({ kind: 'progress', leaseId: 'a', progress: { step: n } });

describe('heartbeats', () => {
  test('say the newest progress, once a tick', () => {
    const { sent } = play([open, began, step(1), step(2), tick, step(3), tick, tick]);
    expect(sent.map(({ sequence, running }) => [sequence, running?.[0]?.progress?.step])).toEqual([
      [1, 2],
      [2, 3],
      [3, 3],
    ]);
  });

  test('do not pile up while the stream is congested, and catch up with what is true then', () => {
    const { sent } = play([open, began, congested, step(1), tick, step(2), tick, tick, step(9), open, open]);
    expect(sent.map(({ sequence, running }) => [sequence, running?.[0]?.progress?.step])).toEqual([[1, 9]]);
  });

  test('that were due on a lost stream are not sent on the next', () => {
    expect(play([open, congested, tick, down, open]).sent).toEqual([]);
  });

  test('tell at once that the worker is draining, and only once', () => {
    const drain: HeartbeatInput = { kind: 'draining', draining: true };
    expect(play([open, drain, drain]).sent).toEqual([{ sequence: 1, running: [], outboxRecords: 0, draining: true }]);
  });

  test('forget a trial that has ended, late progress included', () => {
    const { sent } = play([open, began, { kind: 'ended', leaseId: 'a' }, step(1), tick]);
    expect(sent[0]?.running).toEqual([]);
  });

  test('have sequences without a gap and never go out while the stream does not take them', () => {
    const leaseId = fc.constantFrom('a', 'b');
    const input: fc.Arbitrary<HeartbeatInput> = fc.oneof(
      leaseId.map((id): HeartbeatInput => ({ kind: 'began', lease: lease(id) })),
      leaseId.map((id): HeartbeatInput => ({ kind: 'ended', leaseId: id })),
      fc.nat().map(step),
      fc.boolean().map((draining): HeartbeatInput => ({ kind: 'draining', draining })),
      fc.constantFrom(open, congested, down),
      fc.constant(tick),
    );
    fc.assert(
      fc.property(fc.array(input), (inputs) => {
        let state = initialHeartbeat();
        let sequence = 0;
        for (const one of inputs) {
          const next = heartbeat(state, one);
          if (next.send) {
            expect(next.state.stream).toBe('open');
            expect(next.state.sequence).toBe(++sequence);
          }
          expect(next.state.sequence).toBe(sequence);
          if (next.state.stream !== 'congested') expect(next.state.due).toBe(false);
          state = next.state;
        }
      }),
    );
  });
});
