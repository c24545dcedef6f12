import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { type FieldViolation, TickworkError } from '../../core/errors.ts';
import { HttpRefusal } from './http-errors.ts';

/** Largest request body, bytes. A study is some kilobytes. */
export const BODY_LIMIT_BYTES = 1024 * 1024;

/** @throws TickworkError ARGUMENT_INVALID naming every unknown, repeated or malformed parameter. */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, query: URLSearchParams): z.output<Schema> {
  const repeated = [...new Set(query.keys())].filter((key) => query.getAll(key).length > 1);
  if (repeated.length > 0) {
    throw invalid(
      'query',
      repeated.map((field) => ({ field, message: 'Expected it once, got it more than once.' })),
    );
  }
  return check(schema, Object.fromEntries(query), 'query');
}

/**
 * Reads and checks a JSON body. Only `application/json` is taken: a form of a foreign page cannot send it without asking first
 * (CORS), and this server never grants that.
 * @throws HttpRefusal 413 or 415 @throws TickworkError ARGUMENT_INVALID
 */
export async function readJsonBody<Schema extends z.ZodType>(
  schema: Schema,
  request: IncomingMessage,
): Promise<z.output<Schema>> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new HttpRefusal(
      415,
      `Expected the content type to be application/json, got ${type === '' ? 'none' : JSON.stringify(type)}.`,
    );
  }
  const bytes = await readLimited(request);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new TickworkError('ARGUMENT_INVALID', 'Expected the body to be JSON in UTF-8, got something else.');
  }
  return check(schema, value, 'body');
}

async function readLimited(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = (): HttpRefusal =>
    new HttpRefusal(413, `Expected a body of at most ${BODY_LIMIT_BYTES} bytes, got a larger one.`, {
      connection: 'close',
    });
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  // Events instead of `for await`: leaving such a loop destroys the socket before the refusal is sent.
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > BODY_LIMIT_BYTES) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.on('end', resolve);
    request.on('error', reject);
  });
  return Buffer.concat(chunks);
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown, where: 'query' | 'body'): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalid(
    where,
    result.error.issues.flatMap((issue): FieldViolation[] =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((field) => ({ field, message: 'Expected a known name, got this one. Remove it.' }))
        : [{ field: issue.path.join('.') || where, message: issue.message }],
    ),
  );
}

function invalid(where: 'query' | 'body', violations: readonly FieldViolation[]): TickworkError {
  const list = violations.map(({ field, message }) => `${field}: ${message}`).join(' ');
  return new TickworkError('ARGUMENT_INVALID', `Expected a valid request ${where}, got problems. ${list}`, {
    violations,
  });
}
