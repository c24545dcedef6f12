import { type handleServerStreamingCall, type handleUnaryCall, type ServerWritableStream, status } from '@grpc/grpc-js';
import { TickworkError } from '../../core/errors.ts';
import { deferred } from '../../runtime/deferred.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { CallContext } from '../api/call-context.ts';
import type { Callers } from './callers.ts';
import type { RpcMethod } from './methods.ts';
import { toServiceError } from './status.ts';

export interface HandlerDeps {
  readonly logger: Logger;
  readonly callers: Pick<Callers, 'get'>;
  /** Aborts when the server shuts down: open streams end as UNAVAILABLE. */
  readonly shutdown: AbortSignal;
  readonly onFinished: (method: RpcMethod, code: number, seconds: number, unary: boolean) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/**
 * grpc-js calls handlers and looks away: an async throw would be an unhandled rejection, which ends the process, and leave the
 * client waiting. Every handler therefore passes through one of these two, or workStream, once.
 */
export function unary<Request, Response>(
  method: RpcMethod,
  deps: HandlerDeps,
  handler: (request: Request, call: CallContext) => Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const start = deps.now();
    const cancelled = new AbortController();
    call.on('cancelled', () => cancelled.abort());
    const { identity } = deps.callers.get(call.metadata);
    // A handler that throws before it has anything to wait for is answered like one that rejects.
    const answer = async (): Promise<Response> => handler(call.request, { identity, signal: cancelled.signal });
    answer().then(
      (response) => {
        callback(null, response);
        deps.onFinished(method, status.OK, (deps.now() - start) / 1000, true);
      },
      (error: unknown) => {
        const failure = toServiceError(error, method, deps.logger);
        callback(failure);
        deps.onFinished(method, failure.code, (deps.now() - start) / 1000, true);
      },
    );
  };
}

export function serverStream<Request, Response>(
  method: RpcMethod,
  deps: HandlerDeps,
  handler: (request: Request, call: CallContext) => AsyncIterable<Response>,
): handleServerStreamingCall<Request, Response> {
  return (call) => {
    const start = deps.now();
    const cancelled = new AbortController();
    call.on('cancelled', () => cancelled.abort());
    call.on('error', () => cancelled.abort());
    const { identity, revoked } = deps.callers.get(call.metadata);
    const signal = AbortSignal.any([cancelled.signal, deps.shutdown, revoked]);
    const finish = (code: number): void => deps.onFinished(method, code, (deps.now() - start) / 1000, false);
    pump(call, handler(call.request, { identity, signal }), cancelled.signal).then(
      () => {
        if (cancelled.signal.aborted) return finish(status.CANCELLED);
        if (deps.shutdown.aborted) return fail(call, shuttingDown());
        if (revoked.aborted) return fail(call, revoked.reason);
        call.end();
        finish(status.OK);
      },
      (error: unknown) => fail(call, error),
    );
    function fail(target: ServerWritableStream<Request, Response>, error: unknown): void {
      if (cancelled.signal.aborted) return finish(status.CANCELLED);
      const failure = toServiceError(error, method, deps.logger);
      target.emit('error', failure);
      finish(failure.code);
    }
  };
}

/** Writes no faster than the client reads. */
async function pump<Request, Response>(
  call: ServerWritableStream<Request, Response>,
  source: AsyncIterable<Response>,
  cancelled: AbortSignal,
): Promise<void> {
  for await (const message of source) {
    if (cancelled.aborted) return;
    if (call.write(message)) continue;
    const drained = deferred<void>();
    const done = (): void => drained.resolve();
    call.once('drain', done);
    cancelled.addEventListener('abort', done, { once: true });
    await drained.promise;
    cancelled.removeEventListener('abort', done);
  }
}

export function shuttingDown(): TickworkError {
  return new TickworkError('NOT_READY', 'Expected a running coordinator, got one that is shutting down. Try again.');
}
