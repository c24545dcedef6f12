import { type ChannelCredentials, credentials, InterceptingCall, type Interceptor, type Metadata } from '@grpc/grpc-js';
import { isLoopback } from '../../core/access/loopback.ts';
import { TickworkError } from '../../core/errors.ts';
import type { ProgramCredentials } from './credentials-folder.ts';

/** What a gRPC client is made with. */
export interface ChannelSecurity {
  readonly credentials: ChannelCredentials;
  /** Channel options: what puts the token into every call. */
  readonly options: { readonly interceptors?: Interceptor[] };
}

/**
 * @param address `host:port` of the coordinator.
 * @throws TickworkError INSECURE_ADDRESS for a token that would travel in the clear beyond this machine.
 */
export function channelSecurity(
  address: string,
  shown: Pick<ProgramCredentials, 'tls' | 'token'> = {},
): ChannelSecurity {
  const { tls, token } = shown;
  if (token !== undefined && !tls && !isLoopback(address.slice(0, address.lastIndexOf(':')))) {
    throw new TickworkError(
      'INSECURE_ADDRESS',
      `Expected TLS for a token that is sent to ${address}, got none: everybody on the way could read it. Pass --credentials with a folder that holds ca.crt.`,
    );
  }
  return {
    credentials: tls
      ? credentials.createSsl(tls.ca ?? null, tls.own?.key ?? null, tls.own?.certificate ?? null)
      : credentials.createInsecure(),
    options: token === undefined ? {} : { interceptors: [bearer(token)] },
  };
}

function bearer(token: string): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start(metadata: Metadata, listener, next) {
        metadata.set('authorization', `Bearer ${token}`);
        next(metadata, listener);
      },
    });
}
