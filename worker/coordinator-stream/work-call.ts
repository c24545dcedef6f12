import { type ClientDuplexStream, type StatusObject, status } from '@grpc/grpc-js';
import type { CoordinatorMessage__Output as CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { messagesOf, takeBatch } from '../../proto/work-batches.ts';
import { deferred } from '../../runtime/deferred.ts';

type RawCall = ClientDuplexStream<WorkerMessage, CoordinatorMessage>;

/** One `Work` call, with the flow control that grpc-js leaves to its users. */
export interface WorkCall {
  /** Never blocks; what the peer does not take yet waits here. @returns false once the call has ended. */
  send(message: WorkerMessage): boolean;
  /** How the call ended, whoever ended it. Never rejects. */
  readonly ended: Promise<StatusObject>;
  /** Says that nothing more will be sent; the coordinator then ends the call. */
  finish(): void;
  cancel(): void;
}

export interface WorkCallListener {
  onMessage(message: CoordinatorMessage): void;
  /** True while messages wait here because the peer does not take them. */
  onCongested(congested: boolean): void;
}

/** Where calls go. Adapters: work-calls.ts over gRPC, and one in the simulation. */
export interface WorkCalls {
  /** For messages to people. */
  readonly address: string;
  /** Coordinators that calls can go to, one after the other. */
  readonly coordinators: number;
  /** One call of WorkerService.Work, whether or not anybody answers. */
  open(listener: WorkCallListener): WorkCall;
  /** The next call goes to the next coordinator. */
  turn(): void;
  close(): void;
}

/**
 * A peer that is this many messages behind is as good as gone: drop the stream, not the data (reliability.md §7.26).
 */
const MAX_BACKLOG = 1_000;

export function createWorkCall(raw: RawCall, { onMessage, onCongested }: WorkCallListener): WorkCall {
  const backlog: WorkerMessage[] = [];
  const ended = deferred<StatusObject>();
  let congested = false;
  let over = false;
  let finishing = false;
  let flushing = false;

  function setCongested(next: boolean): void {
    if (next === congested) return;
    congested = next;
    onCongested(next);
  }

  /** grpc-js buffers without bound what is written after `false`. */
  function writeBacklog(): void {
    flushing = false;
    if (over) return;
    while (backlog.length > 0) {
      if (raw.write(takeBatch(backlog))) continue;
      if (backlog.length > MAX_BACKLOG) raw.cancel();
      return setCongested(true);
    }
    setCongested(false);
    if (finishing) raw.end();
  }

  /** When everybody who has something to say now has said it. */
  function flushSoon(): void {
    if (flushing) return;
    flushing = true;
    setImmediate(writeBacklog);
  }

  raw.on('data', (batch: CoordinatorMessage) => {
    for (const message of messagesOf(batch)) if (!over) onMessage(message);
  });
  raw.on('drain', () => over || writeBacklog());
  // The same status follows in the 'status' event; without a listener Node would throw it.
  raw.on('error', () => undefined);
  raw.on('status', (reply: StatusObject) => {
    over = true;
    ended.resolve(reply);
  });

  return {
    send(message) {
      if (over || finishing) return false;
      backlog.push(message);
      if (!congested) flushSoon();
      else if (backlog.length > MAX_BACKLOG) raw.cancel();
      return true;
    },
    ended: ended.promise,
    finish() {
      finishing = true;
      if (!over && !congested) flushSoon();
    },
    cancel() {
      raw.cancel();
    },
  };
}

/** For a log line: `UNAVAILABLE: No connection established`. */
export function describeStatus({ code, details }: StatusObject): string {
  return details ? `${status[code]}: ${details}` : String(status[code]);
}
