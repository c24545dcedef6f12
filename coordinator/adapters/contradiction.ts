import { recordId } from '../../proto/records.ts';
import type { SetAside, StoredResult } from '../ports.ts';

/**
 * What a store makes of a result whose cell has an accepted one with other contents. The coordinator tells them apart before
 * it commits; a store keeps invariant I1 (one value for a cell, the other one shown) whoever calls it.
 */
export function contradiction(result: StoredResult): SetAside {
  return {
    disposition: 'quarantined',
    reason: 'The cell has an accepted result with other contents.',
    id: recordId(result.record),
    contentHash: result.contentHash,
    body: JSON.stringify(result.record),
    sequence: result.sequence,
    at: result.committedAt,
  };
}
