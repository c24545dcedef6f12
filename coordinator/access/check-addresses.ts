import { isLoopback } from '../../core/access/loopback.ts';
import { TickworkError } from '../../core/errors.ts';

export interface Exposure {
  /** Addresses that the coordinator listens on, without port. */
  readonly hosts: readonly string[];
  readonly tls: boolean;
  readonly tokens: boolean;
  /** The person has said that it knows. */
  readonly insecure: boolean;
}

/** Beyond this machine nothing is served in the clear, or to nobody knows whom. @throws TickworkError INSECURE_ADDRESS */
export function checkAddresses({ hosts, tls, tokens, insecure }: Exposure): void {
  const exposed = hosts.filter((host) => !isLoopback(host));
  if (exposed.length === 0 || insecure || (tls && tokens)) return;
  const missing = [...(tls ? [] : ['TLS (--credentials DIR)']), ...(tokens ? [] : ['tokens (--tokens FILE)'])];
  throw new TickworkError(
    'INSECURE_ADDRESS',
    `Expected TLS and tokens for an address that others can reach, got ${[...new Set(exposed)].join(' and ')} without ${missing.join(' and ')}. ` +
      'Make them with `tickwork certs` and `tickwork token create`, or listen on 127.0.0.1, or pass --insecure to serve everybody who reaches the port.',
  );
}
