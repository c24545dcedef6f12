/** The coordinator understood and refused; trying again changes nothing. */
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

/** @throws ApiError for a refusal @throws ConnectionLost for 5xx, which pass when the coordinator is up again. */
export async function checkAnswer(response: Response): Promise<Response> {
  if (response.ok) return response;
  if (response.status >= 500) throw new ConnectionLost(new Error(`HTTP ${response.status}`));
  throw toApiError(await response.json().catch(() => undefined), response.status);
}

/** @param body the gateway's `{error: {code, message}}`, or anything that stands in its place. */
export function toApiError(body: unknown, status?: number): ApiError {
  const error = (body as { error?: { code?: unknown; message?: unknown } } | undefined)?.error;
  return new ApiError(
    String(error?.code ?? 'INTERNAL'),
    String(error?.message ?? `The coordinator answered ${status ?? 'badly'}.`),
  );
}
