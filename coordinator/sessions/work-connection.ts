import type { Identity } from '../../core/access/identity.ts';
import type { CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';

/** One call of WorkerService.Work, whatever carries it. */
export interface WorkConnection {
  /** Who called; its role may run trials. */
  readonly identity: Identity;
  /** False once either side has ended it, or the peer is too far behind to be waited for. */
  readonly open: boolean;
  /** Never blocks. @returns false when the connection is not open; the message is then gone. */
  send(message: CoordinatorMessage): boolean;
  /** Ends it in order, or with the status of `error`. Idempotent. */
  end(error?: unknown): void;
}

export interface WorkListener {
  /** What it throws ends the connection. A promise holds the next message back until it settles. */
  onMessage(message: WorkerMessage): void | Promise<void>;
  /** Once, however the connection ended. */
  onClosed(): void;
}

export type AcceptWork = (connection: WorkConnection) => WorkListener;
