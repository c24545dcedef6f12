import { type handleBidiStreamingCall, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { TickworkError } from '../../core/errors.ts';
import type { CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import type { AcceptWork } from '../sessions/work-connection.ts';
import { type HandlerDeps, shuttingDown } from './handlers.ts';
import type { RpcMethod } from './methods.ts';
import { toServiceError } from './status.ts';

type WorkCall = ServerDuplexStream<WorkerMessage, CoordinatorMessage>;

/**
 * WorkerService.Work by events, not by `for await`: leaving such a loop destroys the stream, and with it the status that
 * would tell the worker why.
 */
export function workStream(
  method: RpcMethod,
  deps: HandlerDeps,
  accept: AcceptWork,
): handleBidiStreamingCall<WorkerMessage, CoordinatorMessage> {
  return (call) => {
    const start = deps.now();
    let open = true;
    const outgoing = createOutgoing(call);
    const { identity, revoked } = deps.callers.get(call.metadata);
    const listener = accept({
      identity,
      get open() {
        return open;
      },
      send(message) {
        if (!open) return false;
        if (outgoing.write(message)) return true;
        end(
          new TickworkError(
            'NOT_READY',
            'Expected a worker that reads its stream, got one that is far behind. Connect again.',
          ),
        );
        return false;
      },
      end,
    });

    function close(code: number): void {
      open = false;
      deps.shutdown.removeEventListener('abort', onShutdown);
      revoked.removeEventListener('abort', onRevoked);
      listener.onClosed();
      deps.onFinished(method, code, (deps.now() - start) / 1000, false);
    }

    function end(error?: unknown): void {
      if (!open) return;
      if (error === undefined) {
        close(status.OK);
        call.end();
        return;
      }
      const failure = toServiceError(error, method, deps.logger);
      close(failure.code);
      call.emit('error', failure);
    }

    function onShutdown(): void {
      end(shuttingDown());
    }

    function onRevoked(): void {
      end(revoked.reason);
    }

    function onMessage(message: WorkerMessage): void {
      if (!open) return;
      try {
        const wait = listener.onMessage(message);
        if (!wait) return;
        call.pause();
        wait.then(() => void call.resume(), end);
      } catch (error) {
        end(error);
      }
    }

    call.on('data', onMessage);
    call.on('end', () => end());
    for (const event of ['cancelled', 'error', 'close']) call.on(event, () => open && close(status.CANCELLED));
    if (deps.shutdown.aborted) onShutdown();
    else deps.shutdown.addEventListener('abort', onShutdown, { once: true });
    revoked.addEventListener('abort', onRevoked, { once: true });
  };
}

/** Messages that may wait for a slow reader before its stream is dropped; the worker comes back and reconciles. */
const MAX_QUEUED = 1_000;

/** grpc-js buffers without bound what is written after `false`. */
function createOutgoing(call: WorkCall) {
  const queue: CoordinatorMessage[] = [];
  let blocked = false;
  call.on('drain', () => {
    blocked = false;
    while (!blocked && queue.length > 0 && call.writable) blocked = !call.write(queue.shift() as CoordinatorMessage);
  });
  return {
    /** @returns false when too much waits already. */
    write(message: CoordinatorMessage): boolean {
      if (!blocked) {
        blocked = !call.write(message);
        return true;
      }
      return queue.push(message) <= MAX_QUEUED;
    },
  };
}
