// Original file: proto/google/rpc/error_details.proto


/**
 * Why: `reason` is a code of core/errors.ts, `domain` is "tickwork".
 */
export interface ErrorInfo {
  'reason'?: (string);
  'domain'?: (string);
  'metadata'?: ({[key: string]: string});
}

/**
 * Why: `reason` is a code of core/errors.ts, `domain` is "tickwork".
 */
export interface ErrorInfo__Output {
  'reason': (string);
  'domain': (string);
  'metadata': ({[key: string]: string});
}
