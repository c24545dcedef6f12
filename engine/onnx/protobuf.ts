/** Writes the protobuf wire format: just the three wire types that a ModelProto needs. */
export interface ProtobufWriter {
  /** int64, enum or bool. */
  integer(field: number, value: bigint | number): void;
  float(field: number, value: number): void;
  string(field: number, value: string): void;
  bytes(field: number, value: Uint8Array): void;
  message(field: number, write: (nested: ProtobufWriter) => void): void;
  finish(): Uint8Array;
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

export function createProtobufWriter(): ProtobufWriter {
  const chunks: Uint8Array[] = [];
  const varint = (value: bigint): void => {
    const bytes: number[] = [];
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    chunks.push(Uint8Array.from(bytes));
  };
  const tag = (field: number, wireType: number): void => varint(BigInt(field * 8 + wireType));
  const writer: ProtobufWriter = {
    integer(field, value) {
      tag(field, VARINT);
      varint(BigInt(value));
    },
    float(field, value) {
      tag(field, FIXED_32);
      const bytes = new Uint8Array(4);
      new DataView(bytes.buffer).setFloat32(0, value, true);
      chunks.push(bytes);
    },
    string(field, value) {
      writer.bytes(field, new TextEncoder().encode(value));
    },
    bytes(field, value) {
      tag(field, LENGTH_DELIMITED);
      varint(BigInt(value.length));
      chunks.push(value);
    },
    message(field, write) {
      const nested = createProtobufWriter();
      write(nested);
      writer.bytes(field, nested.finish());
    },
    finish() {
      const result = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
      let offset = 0;
      for (const chunk of chunks) {
        result.set(chunk, offset);
        offset += chunk.length;
      }
      return result;
    },
  };
  return writer;
}
