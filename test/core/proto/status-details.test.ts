import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES, type ErrorCode, TickworkError } from '../../../core/errors.ts';
import { GRPC_STATUS } from '../../../proto/grpc-status.ts';
import { decodeStatusDetails, encodeStatusDetails } from '../../../proto/status-details.ts';

const violation = fc.record(
  {
    field: fc.string({ maxLength: 40 }),
    message: fc.string({ maxLength: 80, unit: 'grapheme' }).filter((text) => !text.startsWith('line ')),
    position: fc.option(
      fc.record({ line: fc.integer({ min: 1, max: 1e6 }), column: fc.integer({ min: 1, max: 1e4 }) }),
    ),
  },
  { noNullPrototype: true },
);

describe('status details', () => {
  test('carry code, message and every place through the trailer', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(ERROR_CODES) as ErrorCode[])),
        fc.string({ maxLength: 200, unit: 'grapheme' }),
        fc.array(violation, { maxLength: 8 }),
        (code, message, drawn) => {
          const violations = drawn.map(({ position, ...rest }) => ({ ...rest, ...(position ?? {}) }));
          const bytes = encodeStatusDetails(new TickworkError(code, message, { violations }), GRPC_STATUS[code]);
          expect(decodeStatusDetails(bytes)).toEqual({ code, message, violations });
        },
      ),
    );
  });

  test('put the position into the description, as google.rpc.BadRequest has no field for it', () => {
    const error = new TickworkError('STUDY_INVALID', 'One field is wrong.', {
      violations: [{ field: 'factors.config[2]', message: 'Expected a network.', line: 7, column: 11 }],
    });
    const bytes = encodeStatusDetails(error, 3).toString('latin1');
    expect(bytes).toContain('line 7:11: Expected a network.');
    expect(bytes).toContain('type.googleapis.com/google.rpc.BadRequest');
    expect(bytes).toContain('tickwork');
  });

  test('stay small enough for trailers, first violations kept, the rest counted', () => {
    const violations = Array.from({ length: 5000 }, (_, i) => ({
      field: `factors.a[${i}]`,
      message: 'x'.repeat(3000),
    }));
    const bytes = encodeStatusDetails(new TickworkError('STUDY_INVALID', '😀'.repeat(9000), { violations }), 3);
    expect(bytes.length).toBeLessThanOrEqual(4096);
    expect(bytes.toString('latin1')).toContain('omitted');
    const details = decodeStatusDetails(bytes);
    expect(details?.violations[0]?.field).toBe('factors.a[0]');
    expect(details?.message).not.toContain('\uFFFD');
  });

  test('of a foreign server have no code, and damaged bytes are no details', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeStatusDetails(bytes)));
    expect(decodeStatusDetails(Uint8Array.of(0x1a, 0xff))).toBeUndefined();
    // {code: 5, message: "no"} without details.
    expect(decodeStatusDetails(Uint8Array.of(8, 5, 18, 2, 110, 111))).toEqual({ message: 'no', violations: [] });
  });
});
