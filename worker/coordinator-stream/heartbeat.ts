import type { Heartbeat } from '../../proto/generated/tickwork/v1/Heartbeat.ts';
import type { Lease__Output as Lease } from '../../proto/generated/tickwork/v1/Lease.ts';
import type { TrialProgress } from '../../proto/generated/tickwork/v1/TrialProgress.ts';

/**
 * What the next heartbeat will say, as a reducer: trials report progress many times a second, the coordinator hears the
 * newest of it once per interval. While the stream is congested no heartbeat is added to the queue; the one that is due
 * is sent when the stream takes data again, with what is true then.
 */
export interface HeartbeatState {
  readonly sequence: number;
  /**
   * By lease id, in the order they began. One map for all states, changed in place: where trials are short it holds hundreds, and
   * each begins and ends within milliseconds.
   */
  readonly trials: Map<string, { readonly lease: Lease; readonly progress: TrialProgress | null }>;
  readonly draining: boolean;
  readonly stream: 'down' | 'open' | 'congested';
  /** A heartbeat that the congestion held back. */
  readonly due: boolean;
}

export type HeartbeatInput =
  | { readonly kind: 'began'; readonly lease: Lease }
  | { readonly kind: 'progress'; readonly leaseId: string; readonly progress: TrialProgress }
  | { readonly kind: 'ended'; readonly leaseId: string }
  | { readonly kind: 'draining'; readonly draining: boolean }
  | { readonly kind: 'stream'; readonly stream: HeartbeatState['stream'] }
  | { readonly kind: 'tick' };

export interface HeartbeatStep {
  readonly state: HeartbeatState;
  readonly send: boolean;
}

export function initialHeartbeat(): HeartbeatState {
  return { sequence: 0, trials: new Map(), draining: false, stream: 'down', due: false };
}

export function heartbeat(state: HeartbeatState, input: HeartbeatInput): HeartbeatStep {
  switch (input.kind) {
    case 'began':
      state.trials.set(input.lease.leaseId, { lease: input.lease, progress: null });
      return quiet(state);
    case 'progress': {
      const trial = state.trials.get(input.leaseId);
      if (trial) state.trials.set(input.leaseId, { ...trial, progress: input.progress });
      return quiet(state);
    }
    case 'ended':
      state.trials.delete(input.leaseId);
      return quiet(state);
    // The coordinator must know at once, or it goes on assigning.
    case 'draining':
      return input.draining === state.draining ? quiet(state) : beat({ ...state, draining: input.draining });
    case 'stream': {
      const next = { ...state, stream: input.stream };
      return input.stream === 'open' && state.due
        ? beat(next)
        : quiet(input.stream === 'down' ? { ...next, due: false } : next);
    }
    case 'tick':
      return beat(state);
  }
}

function quiet(state: HeartbeatState): HeartbeatStep {
  return { state, send: false };
}

function beat(state: HeartbeatState): HeartbeatStep {
  switch (state.stream) {
    case 'down':
      return quiet(state);
    case 'congested':
      return quiet({ ...state, due: true });
    case 'open':
      return { state: { ...state, sequence: state.sequence + 1, due: false }, send: true };
  }
}

/** The message for a state whose step said `send`. */
export function heartbeatMessage(state: HeartbeatState, outboxRecords: number): Heartbeat {
  return { sequence: state.sequence, running: [...state.trials.values()], outboxRecords, draining: state.draining };
}
