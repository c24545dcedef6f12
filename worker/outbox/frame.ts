import { crc32c } from './crc32c.ts';

/**
 * What an outbox file consists of, one after another:
 *
 *     u32 LE  length of the body        u32 LE  CRC-32C of the length field and the body
 *     body:   u8 kind (1 keep, 2 forget), u16 LE length of the id, the id in UTF-8, the payload (empty for forget)
 */
export type Frame =
  | { readonly kind: 'keep'; readonly id: string; readonly payload: Uint8Array }
  | { readonly kind: 'forget'; readonly id: string };

export interface Scan {
  readonly frames: readonly Frame[];
  /** Bytes that belong to no whole frame: a torn tail, or damage in the middle. */
  readonly damagedBytes: number;
}

/** A longer body is taken for a damaged length field. Far above the largest record, which is 512 KiB. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

const HEADER_BYTES = 8;
const BODY_PREFIX_BYTES = 3;
const KEEP = 1;
const FORGET = 2;

/** @param frame id of at most 65,535 bytes in UTF-8, body of at most MAX_BODY_BYTES. */
export function encodeFrame(frame: Frame): Buffer {
  const id = Buffer.from(frame.id, 'utf8');
  const payload = frame.kind === 'keep' ? frame.payload : new Uint8Array(0);
  const bytes = Buffer.alloc(HEADER_BYTES + BODY_PREFIX_BYTES + id.length + payload.length);
  bytes.writeUInt32LE(bytes.length - HEADER_BYTES, 0);
  bytes.writeUInt8(frame.kind === 'keep' ? KEEP : FORGET, HEADER_BYTES);
  bytes.writeUInt16LE(id.length, HEADER_BYTES + 1);
  bytes.set(id, HEADER_BYTES + BODY_PREFIX_BYTES);
  bytes.set(payload, HEADER_BYTES + BODY_PREFIX_BYTES + id.length);
  bytes.writeUInt32LE(checksum(bytes, 0, bytes.length), 4);
  return bytes;
}

/**
 * Every whole frame of a file, in order. Behind damage the search goes on byte by byte: a flipped bit in one record
 * must not take the records behind it along, and a false match has one chance in 2^32.
 */
export function scanFrames(bytes: Buffer): Scan {
  const frames: Frame[] = [];
  let damagedBytes = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = frameEnd(bytes, at);
    const frame = end === undefined ? undefined : decodeBody(bytes.subarray(at + HEADER_BYTES, end));
    if (end !== undefined && frame) {
      frames.push(frame);
      at = end;
    } else {
      damagedBytes++;
      at++;
    }
  }
  return { frames, damagedBytes };
}

/** @returns where the frame at `at` ends, or undefined when no whole, undamaged frame begins there. */
function frameEnd(bytes: Buffer, at: number): number | undefined {
  if (at + HEADER_BYTES + BODY_PREFIX_BYTES > bytes.length) return undefined;
  const length = bytes.readUInt32LE(at);
  const end = at + HEADER_BYTES + length;
  if (length < BODY_PREFIX_BYTES || length > MAX_BODY_BYTES || end > bytes.length) return undefined;
  return checksum(bytes, at, end) === bytes.readUInt32LE(at + 4) ? end : undefined;
}

/** Covers the length field and the body, but not its own place between them. */
function checksum(bytes: Buffer, start: number, end: number): number {
  return crc32c(bytes.subarray(start + HEADER_BYTES, end), crc32c(bytes.subarray(start, start + 4)));
}

function decodeBody(body: Buffer): Frame | undefined {
  const idEnd = BODY_PREFIX_BYTES + body.readUInt16LE(1);
  if (idEnd > body.length) return undefined;
  const id = body.toString('utf8', BODY_PREFIX_BYTES, idEnd);
  switch (body.readUInt8(0)) {
    case KEEP:
      return { kind: 'keep', id, payload: Uint8Array.from(body.subarray(idEnd)) };
    case FORGET:
      return { kind: 'forget', id };
    default:
      return undefined;
  }
}
