import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFrame, type Frame, scanFrames } from '../../../worker/outbox/frame.ts';

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ kind: fc.constant('keep' as const), id: fc.string({ unit: 'grapheme' }), payload: fc.uint8Array() }),
  fc.record({ kind: fc.constant('forget' as const), id: fc.string() }),
);

describe('outbox frames', () => {
  test('read back as written', () => {
    fc.assert(
      fc.property(fc.array(frame), (frames) => {
        expect(scanFrames(Buffer.concat(frames.map(encodeFrame)))).toEqual({ frames, damagedBytes: 0 });
      }),
    );
  });

  test('a file cut at any byte gives just the frames that are whole', () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1 }), fc.double({ min: 0, max: 1, noNaN: true }), (frames, share) => {
        const encoded = frames.map(encodeFrame);
        const bytes = Buffer.concat(encoded);
        const cut = Math.floor(share * bytes.length);
        let end = 0;
        const whole = frames.filter((_, i) => (end += (encoded[i] as Buffer).length) <= cut);
        expect(scanFrames(bytes.subarray(0, cut)).frames).toEqual(whole);
      }),
    );
  });

  test('a flipped bit costs the frame it is in and no other', () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1 }), fc.nat(), (frames, seed) => {
        const encoded = frames.map(encodeFrame);
        const bytes = Buffer.concat(encoded);
        const bit = seed % (bytes.length * 8);
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        let end = 0;
        const hit = encoded.findIndex((one) => (end += one.length) > bit >> 3);
        const scan = scanFrames(bytes);
        expect(scan.frames).toEqual(frames.filter((_, i) => i !== hit));
        expect(scan.damagedBytes).toBe((encoded[hit] as Buffer).length);
      }),
    );
  });
});
