import type { Size } from './crops.ts';

/** What a file says it is before a pixel of it is decoded. */
export interface ImageHeader extends Size {
  readonly format: 'JPEG' | 'PNG';
  /** Three components of eight bits: decoded, it is RGB as it stands. */
  readonly plain: boolean;
}

const PNG_SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/**
 * Reads format and size of a JPEG (ITU-T T.81, annex B) or PNG (RFC 2083) from its first bytes. No other format reaches
 * the decoder, whatever its file is called.
 * @returns what is wrong, as "a …", when it is neither or ends before it says.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | string {
  if (bytes.length === 0) return 'an empty file';
  if (startsWith(bytes, PNG_SIGNATURE)) return pngHeader(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegHeader(bytes);
  const start = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return `a file that begins with ${start}`;
}

/** Whether the file goes on to its end mark: decoders fill what is missing with grey, some without a word. */
export function isComplete(bytes: Uint8Array, { format }: ImageHeader): boolean {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'PNG') return buffer.lastIndexOf('IEND', undefined, 'latin1') > 0;
  // Within compressed data every FF is followed by 00 or a restart mark; a thumbnail's end mark lies before the scan.
  const end = buffer.lastIndexOf(Uint8Array.of(0xff, 0xd9));
  return end > buffer.lastIndexOf(Uint8Array.of(0xff, 0xda));
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}

function pngHeader(bytes: Uint8Array): ImageHeader | string {
  if (bytes.length < 33 || bytes[12] !== 0x49 || bytes[13] !== 0x48) return 'a PNG without a header';
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return sized('PNG', view.getUint32(16), view.getUint32(20), bytes[24] === 8 && bytes[25] === 2);
}

function jpegHeader(bytes: Uint8Array): ImageHeader | string {
  let place = 2;
  while (place + 9 < bytes.length) {
    if (bytes[place] !== 0xff) return 'a JPEG with a damaged header';
    const marker = bytes[place + 1] as number;
    if (marker === 0xff) {
      place += 1;
      continue;
    }
    if (isStartOfFrame(marker)) {
      const plain = bytes[place + 4] === 8 && bytes[place + 9] === 3;
      return sized('JPEG', word(bytes, place + 7), word(bytes, place + 5), plain);
    }
    // Start of scan or end of image: pixels before anybody said how many.
    if (marker === 0xda || marker === 0xd9) return 'a JPEG without a frame';
    place += 2 + word(bytes, place + 2);
  }
  return 'a JPEG that ends in its header';
}

const word = (bytes: Uint8Array, place: number): number => ((bytes[place] ?? 0) << 8) | (bytes[place + 1] ?? 0);

/** SOF0 to SOF15, without the Huffman table, the extension and the arithmetic coding table that lie among them. */
const isStartOfFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function sized(format: ImageHeader['format'], width: number, height: number, plain: boolean): ImageHeader | string {
  return width > 0 && height > 0 ? { format, width, height, plain } : `a ${format} of ${width}×${height} pixels`;
}
