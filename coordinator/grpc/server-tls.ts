import type { SecureContextOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import type { ServerCertificate } from '../access/open-access.ts';

/** What TLS is told, of gRPC and HTTP alike. */
export function contextOf({ own, ca }: ServerCertificate): SecureContextOptions {
  return { cert: own.certificate, key: own.key, ca, minVersion: 'TLSv1.2' };
}

/** gRPC over mutual TLS whose certificates can be replaced while it serves: grpc-js has that for its own file watcher only. */
export class ReloadableCredentials extends ServerCredentials {
  constructor(tls: ServerCertificate) {
    super({ requestCert: true, rejectUnauthorized: true }, contextOf(tls));
  }

  /** New connections see the new certificate; open ones go on. */
  reload(tls: ServerCertificate): void {
    this.updateSecureContextOptions(contextOf(tls));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}
