import type { MessageTypeDefinition, PackageDefinition } from '@grpc/proto-loader';

/** A gRPC message as its JSON mirror: what `JSON.stringify` is given. */
export type ToJson = (message: object) => unknown;

/**
 * Makes JSON of messages exactly as a gRPC client would see them: each goes through the wire definition, so that absent fields
 * get the same defaults, unknown keys fall away and a misspelt enum shows, and only then becomes plain JSON.
 * @param definition the loaded .proto files.
 * @returns a factory of encoders by message name, for example `Sweep`; it throws when there is no such message.
 */
export function createWireJson(definition: PackageDefinition): (messageName: string) => ToJson {
  return (messageName) => {
    const type = definition[`tickwork.v1.${messageName}`];
    if (!type || !isMessageType(type)) throw new Error(`Expected a message of tickwork.v1, got ${messageName}.`);
    return (message) => plainJson(type.deserialize(type.serialize(message)));
  };
}

function isMessageType(type: object): type is MessageTypeDefinition<object, object> {
  return 'serialize' in type && 'deserialize' in type;
}

/** Timestamps become RFC 3339 text, proto-loader's oneof markers (`_loss: 'loss'`) go, NaN and infinities become null. */
function plainJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainJson);
  if (typeof value !== 'object' || value === null) return value;
  if (isTimestamp(value)) return new Date(value.seconds * 1000 + value.nanos / 1e6).toISOString();
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('_'));
  return Object.fromEntries(entries.map(([key, inner]) => [key, plainJson(inner)]));
}

/** No message of ours has exactly these two fields. */
function isTimestamp(value: object): value is { seconds: number; nanos: number } {
  return Object.keys(value).length === 2 && 'seconds' in value && 'nanos' in value;
}
