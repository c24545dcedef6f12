import { isLoopback } from '../../core/access/loopback.ts';
import type { ProgramCredentials } from './credentials-folder.ts';

/** What a NATS client is told, in the words of the NATS client. */
export interface NatsSecurity {
  /** Present: the connection is encrypted, or refused. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  /** Seed of the nkey to answer the server's challenge with. */
  readonly seed?: Uint8Array;
}

/**
 * A server on this machine is spoken to in the clear unless its address says `tls://`; any other one only over TLS, once there are
 * credentials for it.
 * @param servers for example `nats://nats1:4222`.
 */
export function natsSecurity(
  servers: readonly string[],
  { tls, natsSeed }: Pick<ProgramCredentials, 'tls' | 'natsSeed'>,
): NatsSecurity {
  const encrypted = servers.some((server) => server.startsWith('tls://') || !isLoopback(hostOf(server)));
  return {
    ...(natsSeed === undefined ? {} : { seed: new TextEncoder().encode(natsSeed) }),
    ...(tls && encrypted
      ? {
          tls: {
            ...(tls.ca ? { ca: tls.ca.toString() } : {}),
            ...(tls.own ? { cert: tls.own.certificate.toString(), key: tls.own.key.toString() } : {}),
          },
        }
      : {}),
  };
}

/** `nats://user@[::1]:4222` → `[::1]` */
function hostOf(server: string): string {
  return server
    .replace(/^[a-z+]+:\/\//, '')
    .replace(/^.*@/, '')
    .replace(/:\d+$/, '');
}
