// Original file: proto/tickwork/v1/worker.proto

import type { Receipt as _tickwork_v1_Receipt, Receipt__Output as _tickwork_v1_Receipt__Output } from '../../tickwork/v1/Receipt.ts';

/**
 * Sent after the row is durable in the table; only now may the worker forget the record.
 */
export interface Receipts {
  'receipts'?: (_tickwork_v1_Receipt)[];
}

/**
 * Sent after the row is durable in the table; only now may the worker forget the record.
 */
export interface Receipts__Output {
  'receipts': (_tickwork_v1_Receipt__Output)[];
}
