/** The coordinator understood and refused; trying again at once changes nothing. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The coordinator does not answer, or not yet: worth trying again. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';

  constructor(cause: unknown) {
    super('The coordinator does not answer.', { cause });
  }
}

/** Refusals that pass by themselves: docs/errors.md, "retryable". */
const PASSING: readonly unknown[] = ['NOT_READY', 'NATS_UNREACHABLE', 'COORDINATOR_UNREACHABLE', 'RATE_LIMITED'];

/** @throws ApiError for a refusal @throws ConnectionLost for 5xx and for refusals that pass. */
export async function checkAnswer(response: Response): Promise<Response> {
  if (response.ok) return response;
  if (response.status >= 500) throw new ConnectionLost(new Error(`HTTP ${response.status}`));
  throw toFailure(await response.json().catch(() => undefined), response.status);
}

/** @param body the gateway's `{error: {code, message}}`, or anything that stands in its place. */
export function toFailure(body: unknown, status?: number): ApiError | ConnectionLost {
  const error = (body as { error?: { code?: unknown; message?: unknown } } | undefined)?.error;
  if (PASSING.includes(error?.code)) return new ConnectionLost(error);
  return new ApiError(
    String(error?.code ?? 'INTERNAL'),
    String(error?.message ?? `The coordinator answered ${status ?? 'badly'}.`),
  );
}
