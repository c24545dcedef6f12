import type { WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import type { Clock } from '../../runtime/clock.ts';
import {
  type HeartbeatInput,
  type HeartbeatState,
  heartbeat,
  heartbeatMessage,
  initialHeartbeat,
} from './heartbeat.ts';

/** The effects around heartbeat.ts: its ticks and its sending. */
export interface Heartbeats {
  apply(input: HeartbeatInput): void;
  readonly state: HeartbeatState;
  /** Beats at once and then every `intervalMs`; replaces an earlier rhythm. */
  start(intervalMs: number): void;
  stop(): void;
}

export interface HeartbeatsDeps {
  readonly send: (message: WorkerMessage) => boolean;
  readonly outboxRecords: () => number;
  readonly clock: Clock;
}

export function createHeartbeats({ send, outboxRecords, clock }: HeartbeatsDeps): Heartbeats {
  let state = initialHeartbeat();
  let rhythm = new AbortController();

  function apply(input: HeartbeatInput): void {
    const step = heartbeat(state, input);
    state = step.state;
    if (step.send) send({ heartbeat: heartbeatMessage(state, outboxRecords()) });
  }

  async function beat(intervalMs: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      apply({ kind: 'tick' });
      await clock.sleep(intervalMs, signal);
    }
  }

  return {
    apply,
    get state() {
      return state;
    },
    start(intervalMs) {
      rhythm.abort();
      rhythm = new AbortController();
      void beat(intervalMs, rhythm.signal);
    },
    stop: () => rhythm.abort(),
  };
}
