import type { StatusObject } from '@grpc/grpc-js';
import type { TickworkError } from '../../core/errors.ts';
import type { CoordinatorMessage__Output as CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { Hello } from '../../proto/generated/tickwork/v1/Hello.ts';
import type { Welcome__Output as Welcome } from '../../proto/generated/tickwork/v1/Welcome.ts';
import type { WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { backoffMs } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Emit } from '../events.ts';
import { STREAM_BACKOFF, type WorkerTimings } from '../timings.ts';
import { createRefusalJudge } from './refusal.ts';
import { describeStatus, type WorkCall, type WorkCalls } from './work-call.ts';

/** The stream to the coordinator, for as long as the worker lives: lost, it is opened again, for ever. */
export interface CoordinatorStream {
  /** @returns false while there is no stream; the message is then gone. */
  send(message: WorkerMessage): boolean;
  /** Resolves after close(); rejects when the coordinator will never accept this worker. */
  readonly ended: Promise<void>;
  /** Ends the stream in order when the peer answers within a second, else cuts it. Idempotent. */
  close(): Promise<void>;
}

export interface CoordinatorStreamListener {
  /** Asked for at each opening. */
  hello(): Hello;
  onWelcome(welcome: Welcome): void;
  /** Everything after the Welcome. */
  onMessage(message: CoordinatorMessage): void;
  onFlow(flow: 'down' | 'open' | 'congested'): void;
}

export interface CoordinatorStreamDeps {
  readonly calls: WorkCalls;
  readonly listener: CoordinatorStreamListener;
  readonly timings: WorkerTimings;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: Emit;
}

const CLOSE_GRACE_MS = 1_000;

export function openCoordinatorStream(deps: CoordinatorStreamDeps): CoordinatorStream {
  const { calls, listener, timings, clock, random, emit } = deps;
  const refusals = createRefusalJudge(calls.address);
  const closing = new AbortController();
  let highestEpoch = 0;
  let welcomed: WorkCall | undefined;
  let current: WorkCall | undefined;

  /** One call from Hello to its end. @returns its status, and whether a Welcome came. */
  async function runCall(): Promise<{ readonly status: StatusObject; readonly accepted: boolean }> {
    let accepted = false;
    const answered = new AbortController();
    const call = calls.open({
      onMessage(message) {
        if (accepted) return listener.onMessage(message);
        answered.abort();
        accepted = message.welcome ? accept(call, message.welcome) : false;
        if (!accepted) call.cancel();
      },
      onCongested: (congested) => accepted && listener.onFlow(congested ? 'congested' : 'open'),
    });
    current = call;
    call.send({ hello: listener.hello() });
    void clock.sleep(timings.welcomeTimeoutMs, answered.signal).then(() => answered.signal.aborted || call.cancel());
    const status = await call.ended;
    answered.abort();
    current = welcomed = undefined;
    if (accepted) listener.onFlow('down');
    return { status, accepted };
  }

  /** A coordinator of a lower epoch has been replaced and does not know it yet (invariant I3). */
  function accept(call: WorkCall, welcome: Welcome): boolean {
    if (welcome.epoch < highestEpoch) {
      emit({ type: 'stream:stale-epoch', epoch: welcome.epoch, highest: highestEpoch });
      return false;
    }
    highestEpoch = welcome.epoch;
    welcomed = call;
    refusals.accepted(welcome.leaseDurationMs);
    emit({ type: 'stream:open', epoch: welcome.epoch, coordinatorVersion: welcome.coordinatorVersion });
    listener.onFlow('open');
    listener.onWelcome(welcome);
    return true;
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      const { status, accepted } = await runCall();
      if (closing.signal.aborted) return;
      if (accepted) attempt = 0;
      // Who is not there, stands by or was replaced leads no more; another may.
      else calls.turn();
      const fatal: TickworkError | undefined = refusals.judge(status, clock.now());
      if (fatal) throw fatal;
      const retryInMs = backoffMs(Math.floor(attempt / calls.coordinators), random(), STREAM_BACKOFF);
      emit({ type: 'stream:lost', reason: describeStatus(status), attempt, retryInMs });
      await clock.sleep(retryInMs, closing.signal);
    }
  }

  async function close(): Promise<void> {
    closing.abort();
    const call = current;
    if (call) {
      const grace = new AbortController();
      call.finish();
      await Promise.race([call.ended, clock.sleep(CLOSE_GRACE_MS, grace.signal)]);
      grace.abort();
      call.cancel();
    }
    await ended.catch(() => undefined);
    calls.close();
  }

  const ended = run();
  // close() and its caller hear of it; a rejection before that must not end the process.
  ended.catch(() => undefined);
  let closed: Promise<void> | undefined;
  return {
    send: (message) => welcomed?.send(message) ?? false,
    ended,
    close: () => (closed ??= close()),
  };
}
