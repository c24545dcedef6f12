import { join } from 'node:path';
import protobuf from 'protobufjs';
import { ERROR_CODES, type ErrorCode, type FieldViolation, type TickworkError } from '../core/errors.ts';
import type { BadRequest__Output as BadRequest } from './generated/google/rpc/BadRequest.ts';
import type { ErrorInfo__Output as ErrorInfo } from './generated/google/rpc/ErrorInfo.ts';
import { protoFolder } from './load.ts';

/** Key of the trailing metadata that carries the details. */
export const STATUS_DETAILS_KEY = 'grpc-status-details-bin';

/** What `decodeStatusDetails` could read; `code` is absent when the sender is not Tickwork, or a newer one. */
export interface StatusDetails {
  readonly code?: ErrorCode;
  readonly message: string;
  readonly violations: readonly FieldViolation[];
}

/** `ErrorInfo.domain` of every error of Tickwork. */
const DOMAIN = 'tickwork';
const TYPE_URL = 'type.googleapis.com/';

/** gRPC clients refuse trailers above 8 KiB by default; base64 adds a third, and the status message travels a second time. */
const MAX_BYTES = 4096;
const MAX_TEXT = 1024;

interface DetailTypes {
  readonly status: protobuf.Type;
  readonly errorInfo: protobuf.Type;
  readonly badRequest: protobuf.Type;
}

let loaded: DetailTypes | undefined;

function detailTypes(): DetailTypes {
  if (loaded) return loaded;
  const folder = protoFolder();
  const root = new protobuf.Root();
  // google/protobuf/any.proto is inside protobufjs, which finds it by this very name.
  root.resolvePath = (_origin, target) => (target.startsWith('google/rpc/') ? join(folder, target) : target);
  root.loadSync(['google/rpc/status.proto', 'google/rpc/error_details.proto']);
  loaded = {
    status: root.lookupType('google.rpc.Status'),
    errorInfo: root.lookupType('google.rpc.ErrorInfo'),
    badRequest: root.lookupType('google.rpc.BadRequest'),
  };
  return loaded;
}

/**
 * The error as `google.rpc.Status` with an `ErrorInfo` (reason = code) and a `BadRequest`, for the trailing metadata
 * STATUS_DETAILS_KEY. At most 4 KiB: of more violations than fit the first are kept and `ErrorInfo.metadata.omitted` counts the rest.
 */
export function encodeStatusDetails(error: TickworkError, grpcCode: number): Buffer {
  const violations = error.violations.map(({ field, message, line, column }) => ({
    field: shorten(field),
    description: shorten(place(line, column) + message),
  }));
  let kept = violations.length;
  for (;;) {
    const bytes = encode(error, grpcCode, violations.slice(0, kept), violations.length - kept);
    if (bytes.length <= MAX_BYTES || kept === 0) return bytes;
    kept = Math.min(kept - 1, Math.floor((kept * MAX_BYTES) / bytes.length));
  }
}

function encode(
  error: TickworkError,
  grpcCode: number,
  violations: BadRequest['fieldViolations'],
  omitted: number,
): Buffer {
  const types = detailTypes();
  const info: ErrorInfo = {
    reason: error.code,
    domain: DOMAIN,
    metadata: omitted > 0 ? { omitted: String(omitted) } : {},
  };
  const details = [pack(types.errorInfo, info)];
  if (violations.length > 0) details.push(pack(types.badRequest, { fieldViolations: violations }));
  return Buffer.from(types.status.encode({ code: grpcCode, message: shorten(error.message), details }).finish());
}

/** Reads the details of any gRPC server. @returns undefined for bytes that are not a `google.rpc.Status`. */
export function decodeStatusDetails(bytes: Uint8Array): StatusDetails | undefined {
  const types = detailTypes();
  try {
    const status = types.status.decode(bytes) as protobuf.Message & {
      message: string;
      details: { type_url: string; value: Uint8Array }[];
    };
    let code: ErrorCode | undefined;
    const violations: FieldViolation[] = [];
    for (const detail of status.details) {
      const name = detail.type_url.split('/').pop();
      if (name === 'google.rpc.ErrorInfo') {
        const info = types.errorInfo.decode(detail.value) as protobuf.Message & ErrorInfo;
        if (info.domain === DOMAIN && Object.hasOwn(ERROR_CODES, info.reason)) code = info.reason as ErrorCode;
      } else if (name === 'google.rpc.BadRequest') {
        const bad = types.badRequest.decode(detail.value) as protobuf.Message & BadRequest;
        violations.push(...bad.fieldViolations.map(({ field, description }) => ({ field, ...unplace(description) })));
      }
    }
    return { ...(code ? { code } : {}), message: status.message, violations };
  } catch {
    return undefined;
  }
}

function pack(type: protobuf.Type, value: object): { type_url: string; value: Uint8Array } {
  return { type_url: TYPE_URL + type.fullName.slice(1), value: type.encode(value).finish() };
}

/** `BadRequest` has no field for a position, so the description begins with it. */
function place(line: number | undefined, column: number | undefined): string {
  if (line === undefined) return '';
  return column === undefined ? `line ${line}: ` : `line ${line}:${column}: `;
}

function unplace(description: string): Omit<FieldViolation, 'field'> {
  const match = /^line (\d+)(?::(\d+))?: (.*)$/s.exec(description);
  if (!match) return { message: description };
  const [, line, column, message] = match;
  return {
    message: message as string,
    line: Number(line),
    ...(column === undefined ? {} : { column: Number(column) }),
  };
}

/** Keeps whole code points. */
function shorten(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
