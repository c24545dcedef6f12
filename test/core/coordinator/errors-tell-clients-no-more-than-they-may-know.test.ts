import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { toStatus } from '../../../coordinator/grpc/status.ts';
import { TickworkError } from '../../../core/errors.ts';
import { decodeStatusDetails, STATUS_DETAILS_KEY } from '../../../proto/status-details.ts';
import { createLogger } from '../../../runtime/logger.ts';

const statusOf = (error: unknown) => toStatus(error, 'GetSweep', createLogger('test', 'silent'));

describe('a status', () => {
  it.each([
    new Error('SELECT secret FROM /home/somebody'),
    new TickworkError('INTERNAL', '/home/somebody'),
    'text',
    undefined,
  ])('of a defect says nothing of it (%#)', (error) => {
    const { code, details, metadata } = statusOf(error);
    expect(code).toBe(status.INTERNAL);
    expect(details).toBe('An internal error of the coordinator; its log has the details.');
    expect(metadata?.getMap()).toEqual({});
  });

  it('of an error of ours has its code, its message and its fields', () => {
    const violations = [{ field: 'factors.config[1]', message: 'Expected a configuration', line: 3, column: 9 }];
    const { code, details, metadata } = statusOf(new TickworkError('STUDY_INVALID', 'line 3:9 …', { violations }));
    expect(code).toBe(status.INVALID_ARGUMENT);
    expect(details).toBe('line 3:9 …');
    expect(decodeStatusDetails(metadata?.get(STATUS_DETAILS_KEY)[0] as Buffer)).toMatchObject({
      code: 'STUDY_INVALID',
      violations,
    });
  });

  it.each([
    ['ASCII', 'x'],
    ['three bytes each', '語'],
    ['pairs', '🧠'],
    ['half pairs', '\uD83E'],
  ])('with a message of a million characters (%s) fits into trailers', (_, character) => {
    const { details } = statusOf(new TickworkError('STUDY_INVALID', character.repeat(1_000_000)));
    const encoded = encodeURI(details as string).length;
    expect(encoded).toBeLessThanOrEqual(2_000);
    expect(encoded).toBeGreaterThan(1_900);
    expect(details).toMatch(/…$/);
  });
});
