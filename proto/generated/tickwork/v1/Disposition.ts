// Original file: proto/tickwork/v1/worker.proto

export const Disposition = {
  DISPOSITION_UNSPECIFIED: 'DISPOSITION_UNSPECIFIED',
  /**
   * The record is in the table (now, or already with equal contents).
   */
  DISPOSITION_COMMITTED: 'DISPOSITION_COMMITTED',
  /**
   * A result of another attempt was accepted before; this one is kept for inspection only.
   */
  DISPOSITION_SUPERSEDED: 'DISPOSITION_SUPERSEDED',
  /**
   * Same key, other contents: kept aside and shown, never merged.
   */
  DISPOSITION_QUARANTINED: 'DISPOSITION_QUARANTINED',
} as const;

export type Disposition =
  | 'DISPOSITION_UNSPECIFIED'
  | 0
  /**
   * The record is in the table (now, or already with equal contents).
   */
  | 'DISPOSITION_COMMITTED'
  | 1
  /**
   * A result of another attempt was accepted before; this one is kept for inspection only.
   */
  | 'DISPOSITION_SUPERSEDED'
  | 2
  /**
   * Same key, other contents: kept aside and shown, never merged.
   */
  | 'DISPOSITION_QUARANTINED'
  | 3

export type Disposition__Output = typeof Disposition[keyof typeof Disposition]
