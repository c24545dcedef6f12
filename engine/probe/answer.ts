import { EngineError, type EngineErrorCode } from '../errors.ts';
import type { ChildMessage } from './child.ts';

/** The part of `process` that a child's main file hands over. */
export interface ParentChannel {
  send?(message: unknown, handle: undefined, options: undefined, done: () => void): boolean;
  once(event: 'message', listener: (request: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
  exit(code: number): never;
}

/** What a child answers in place of its result. */
export interface Refusal {
  readonly failure: { readonly code: EngineErrorCode; readonly message: string };
}

/**
 * Answers the one request that the parent sends (`askChild`), then ends the process. An EngineError is an answer;
 * any other error ends the process with its stack on stderr. Dies with its parent.
 */
export function answerParent<Request, Answer>(
  channel: ParentChannel,
  answer: (request: Request, say: (stage: string) => void) => Promise<Answer>,
): void {
  const send = (message: ChildMessage): Promise<void> =>
    new Promise((resolve) => void channel.send?.(message, undefined, undefined, resolve));
  channel.on('disconnect', () => channel.exit(1));
  channel.once('message', (request) => {
    void answer(request as Request, (stage) => void send({ type: 'stage', stage }))
      .catch((error: unknown): Refusal => {
        if (error instanceof EngineError) return { failure: { code: error.code, message: error.message } };
        throw error;
      })
      .then((result) => send({ type: 'answer', answer: result }))
      .then(() => channel.exit(0));
  });
}

export function isRefusal(answer: unknown): answer is Refusal {
  return typeof answer === 'object' && answer !== null && 'failure' in answer;
}

/** The error that the child met in place of an answer. */
export function refusalOf(answer: unknown): EngineError | undefined {
  return isRefusal(answer) ? new EngineError(answer.failure.code, answer.failure.message) : undefined;
}
