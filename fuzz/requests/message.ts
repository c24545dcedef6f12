import { join } from 'node:path';
import fc, { type Arbitrary } from 'fast-check';
import protobuf from 'protobufjs';
import { protoFolder } from '../../proto/load.ts';

/** Text that has broken parsers, paths, regular expressions, terminals and JavaScript objects before. */
export const hostileText: Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom('sweeps/x-1', 'sweeps/x-1/trials/0', 'x-1', 'a', '1', 'testError', 'config'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '',
      '__proto__',
      'constructor',
      'sweeps/__proto__',
      'sweeps/../../etc/passwd',
      'sweeps/%2e%2e',
      'sweeps/x-1/trials/-1',
      'sweeps/x-1/trials/99999999999999999999',
      "'; DROP TABLE results; --",
      '${7*7}',
      '\u0000',
      '\ud800',
      '\u202e\u001b[2J',
      'NaN',
      '*',
      '>',
      '$JS.API.>',
    ),
  },
  { weight: 1, arbitrary: fc.nat(3).map((power) => 'a'.repeat(10 ** (power + 2))) },
  { weight: 1, arbitrary: fc.base64String({ maxLength: 60 }) },
);

const INTEGERS = [0, 1, 2, 50, 1000, 1001, 2 ** 31 - 1, 2 ** 32 - 1, -1, -(2 ** 31)];

let root: protobuf.Root | undefined;

function loaded(): protobuf.Root {
  if (root) return root;
  root = new protobuf.Root();
  const folder = protoFolder();
  root.resolvePath = (_, target) => (target.startsWith('tickwork/') ? join(folder, target) : target);
  root.loadSync(['sweep', 'result', 'worker', 'cluster', 'search'].map((name) => `tickwork/v1/${name}.proto`));
  root.resolveAll();
  return root;
}

/** The methods of all services, with the types of what they are asked. */
export function rpcMethods(): readonly {
  readonly path: string;
  readonly type: protobuf.Type;
  readonly stream: boolean;
}[] {
  const namespace = loaded().lookup('tickwork.v1') as protobuf.Namespace;
  return namespace.nestedArray
    .filter((nested): nested is protobuf.Service => nested instanceof protobuf.Service)
    .flatMap((service) =>
      service.methodsArray.map((method) => ({
        path: `/tickwork.v1.${service.name}/${method.name}`,
        type: method.resolvedRequestType as protobuf.Type,
        stream: method.requestStream === true,
      })),
    );
}

/** Plain values of a message, any field absent or strange. @param depth of messages inside messages that may follow. */
export function messageOf(type: protobuf.Type, depth = 3): Arbitrary<Record<string, unknown>> {
  const fields = type.fieldsArray.map((field) => [field.name, fieldOf(field, depth)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] }).map((message) => oneOfEach(type, message));
}

/** @throws what protobufjs refuses to encode. */
export function encodeMessage(type: protobuf.Type, message: Record<string, unknown>): Uint8Array {
  return type.encode(type.fromObject(message)).finish();
}

function fieldOf(field: protobuf.Field, depth: number): Arbitrary<unknown> {
  const value = scalarOf(field, depth);
  if (field.map) return fc.dictionary(fc.string({ maxLength: 10 }), value, { maxKeys: 4 });
  return field.repeated ? fc.array(value, { maxLength: 4 }) : value;
}

function scalarOf({ type, resolvedType }: protobuf.Field, depth: number): Arbitrary<unknown> {
  if (resolvedType instanceof protobuf.Enum)
    return fc.oneof(fc.constantFrom(...Object.values(resolvedType.values)), fc.constantFrom(99, 12345));
  if (resolvedType instanceof protobuf.Type) return depth > 0 ? messageOf(resolvedType, depth - 1) : fc.constant({});
  switch (type) {
    case 'string':
      return hostileText;
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 });
    case 'bool':
      return fc.boolean();
    case 'double':
    case 'float':
      return fc.oneof(fc.double(), fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0));
    case 'uint32':
    case 'uint64':
      return fc.constantFrom(...INTEGERS.filter((value) => value >= 0));
    default:
      return fc.constantFrom(...INTEGERS);
  }
}

/** Of a oneof only one member can travel. */
function oneOfEach(type: protobuf.Type, message: Record<string, unknown>): Record<string, unknown> {
  for (const { fieldsArray } of type.oneofsArray) {
    const present = fieldsArray.map(({ name }) => name).filter((name) => name in message);
    for (const name of present.slice(1)) delete message[name];
  }
  return message;
}
