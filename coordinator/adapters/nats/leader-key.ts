import { type KV, StorageType } from 'nats';
import type { NatsNames } from '../../../proto/subjects.ts';
import type { LeaderClaim, LeaderKey } from '../../ports.ts';
import type { NatsLink } from './connection.ts';
import { JETSTREAM_CODE, jetStreamCode, natsUnreachable } from './nats-errors.ts';

export interface NatsLeaderKeyOptions {
  readonly link: NatsLink;
  readonly names: Pick<NatsNames, 'leaderBucket'>;
  readonly replicas?: number;
}

const KEY = 'leader';
/** Shorter than a lease: a renewal that got no answer is to be tried again within it. */
const REQUEST_MS = 1_500;

/** The key that coordinators compete for, in a key-value bucket of JetStream. @throws TickworkError NATS_UNREACHABLE */
export async function openNatsLeaderKey({ link, names, replicas = 1 }: NatsLeaderKeyOptions): Promise<LeaderKey> {
  const jetStream = link.connection.jetstream({ timeout: REQUEST_MS });
  let bucket: KV;
  try {
    bucket = await jetStream.views.kv(names.leaderBucket, { history: 1, replicas, storage: StorageType.File });
  } catch (error) {
    throw natsUnreachable('opening the bucket of the leadership', error);
  }
  return {
    async read() {
      const entry = await bucket.get(KEY);
      return entry === null ? undefined : { claim: readClaim(entry.value), revision: entry.revision };
    },
    async write(claim, after) {
      const bytes = new TextEncoder().encode(JSON.stringify(claim));
      try {
        return await (after === 0 ? bucket.create(KEY, bytes) : bucket.update(KEY, bytes, after));
      } catch (error) {
        if (jetStreamCode(error) === JETSTREAM_CODE.WRONG_LAST_SEQUENCE) return undefined;
        throw error;
      }
    },
  };
}

/** What cannot be read is the claim of a version that is to be respected: it counts until its time is over. */
function readClaim(bytes: Uint8Array): LeaderClaim {
  const nobody = { holder: '', process: '', renewals: 0, released: false };
  try {
    const { holder, process, renewals, released } = JSON.parse(new TextDecoder().decode(bytes)) as Partial<LeaderClaim>;
    return {
      holder: String(holder ?? ''),
      process: String(process ?? ''),
      renewals: Number(renewals ?? 0),
      released: released === true,
    };
  } catch {
    return nobody;
  }
}
