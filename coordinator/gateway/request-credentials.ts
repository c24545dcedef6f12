import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import { shownByCertificate } from '../../proto/credentials/certificate-identity.ts';
import type { Credentials } from '../access/authenticator.ts';

/** What a request shows: its `authorization` header, and a client certificate if TLS has verified one. */
export function requestCredentials({ headers, socket }: IncomingMessage): Credentials {
  const certificate = socket instanceof TLSSocket && socket.authorized ? socket.getPeerCertificate() : undefined;
  // Node gives an empty object when none was sent.
  const shown = certificate && shownByCertificate(certificate.subjectaltname, certificate.valid_from);
  return {
    ...(headers.authorization === undefined ? {} : { authorization: headers.authorization }),
    ...(shown ? { certificate: shown } : {}),
  };
}
