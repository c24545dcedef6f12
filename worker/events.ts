import type { Disposition, FailureKind } from '../core/trial/states.ts';

/**
 * What can be observed of a worker, besides its messages. The log (event-log.ts) and tests listen to the same events.
 */
export type WorkerEvent =
  | { readonly type: 'outbox:opened'; readonly records: number; readonly damagedBytes: number }
  | { readonly type: 'outbox:disk-refused'; readonly error: string }
  | { readonly type: 'stream:open'; readonly epoch: number; readonly coordinatorVersion: string }
  | { readonly type: 'stream:lost'; readonly reason: string; readonly attempt: number; readonly retryInMs: number }
  | { readonly type: 'stream:stale-epoch'; readonly epoch: number; readonly highest: number }
  /** Shown are the last good ones. */
  | { readonly type: 'credentials:not-read'; readonly error: string }
  | { readonly type: 'nats:connected'; readonly server: string }
  /** Once for each outage, not for each attempt. */
  | { readonly type: 'nats:unreachable'; readonly servers: readonly string[]; readonly error: string }
  /** JetStream refuses or does not answer; once until a publication succeeds again. */
  | { readonly type: 'nats:refused'; readonly recordId: string; readonly error: string }
  | { readonly type: 'record:kept'; readonly recordId: string }
  | { readonly type: 'record:published'; readonly recordId: string; readonly duplicate: boolean }
  | { readonly type: 'record:receipted'; readonly recordId: string; readonly disposition: Disposition }
  | { readonly type: 'record:invalid'; readonly recordId: string; readonly problem: string }
  /** It waits for a free slot. */
  | { readonly type: 'trial:queued'; readonly leaseId: string; readonly title: string }
  | { readonly type: 'trial:assigned'; readonly leaseId: string; readonly title: string; readonly slot: number }
  | { readonly type: 'trial:started'; readonly leaseId: string }
  | { readonly type: 'trial:finished'; readonly leaseId: string; readonly end: 'result' | FailureKind }
  | { readonly type: 'trial:released'; readonly leaseId: string; readonly kind: FailureKind; readonly message: string }
  | { readonly type: 'trial:warning'; readonly leaseId: string; readonly message: string }
  | { readonly type: 'checkpoints:not-removed'; readonly error: string }
  | { readonly type: 'slot:state'; readonly slot: number; readonly from: string; readonly to: string }
  | { readonly type: 'slot:output'; readonly slot: number; readonly line: string }
  | { readonly type: 'slot:exited'; readonly slot: number; readonly how: string }
  | { readonly type: 'agent:state'; readonly from: string; readonly to: string }
  | { readonly type: 'shutdown:unreceipted'; readonly records: number };

export type Emit = (event: WorkerEvent) => void;
