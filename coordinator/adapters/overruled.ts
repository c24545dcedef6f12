import { recordId } from '../../proto/records.ts';
import type { SetAside, StoredResult } from '../ports.ts';

/** What a store makes of a result that the log has decided against. @param at Unix milliseconds by the coordinator's clock. */
export function overruled(result: StoredResult, at: number): SetAside {
  return {
    disposition: 'superseded',
    reason: 'It was written by a coordinator that was replaced, and the one that replaced it has decided otherwise.',
    id: recordId(result.record),
    contentHash: result.contentHash,
    body: JSON.stringify(result.record),
    sequence: result.sequence,
    at,
  };
}
