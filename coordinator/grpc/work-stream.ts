import { type handleBidiStreamingCall, type ServerDuplexStream, status } from '@grpc/grpc-js';
import { TickworkError } from '../../core/errors.ts';
import type { CoordinatorMessage } from '../../proto/generated/tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage__Output as WorkerMessage } from '../../proto/generated/tickwork/v1/WorkerMessage.ts';
import { messagesOf, takeBatch } from '../../proto/work-batches.ts';
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
      outgoing.flush();
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

    function onMessages(messages: readonly WorkerMessage[]): void {
      try {
        for (const [i, message] of messages.entries()) {
          if (!open) return;
          const wait = listener.onMessage(message);
          if (!wait) continue;
          call.pause();
          wait.then(() => onMessages(messages.slice(i + 1)), end);
          return;
        }
        if (call.isPaused()) call.resume();
      } catch (error) {
        end(error);
      }
    }

    call.on('data', (message: WorkerMessage) => onMessages(messagesOf(message)));
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
  let flushing = false;

  function flush(): void {
    flushing = false;
    while (!blocked && queue.length > 0 && call.writable) blocked = !call.write(takeBatch(queue));
  }

  call.on('drain', () => {
    blocked = false;
    flush();
  });
  return {
    /** @returns false when too much waits already. */
    write(message: CoordinatorMessage): boolean {
      queue.push(message);
      if (blocked) return queue.length <= MAX_QUEUED;
      // When everybody who has something to say now has said it.
      if (!flushing) setImmediate(flush);
      flushing = true;
      return true;
    },
    /** Writes what waits, as far as the worker reads. */
    flush,
  };
}
