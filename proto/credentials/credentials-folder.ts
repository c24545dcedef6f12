import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from '../../core/access/identity.ts';
import { TickworkError } from '../../core/errors.ts';
import { certificateIdentity } from './certificate-identity.ts';

/** What one program shows to say who it is, and by what it knows the others. */
export interface ProgramCredentials {
  readonly folder: string;
  /** Absent: connections are not encrypted. */
  readonly tls?: TlsCredentials;
  /** Bearer token. */
  readonly token?: string;
  /** Seed of the nkey that NATS knows this program by. */
  readonly natsSeed?: string;
}

export interface TlsCredentials {
  /** The authority that signs the certificates of the cluster, PEM. Absent: those of the system. */
  readonly ca?: Buffer;
  /** Absent: this program knows the others, but shows no certificate itself. */
  readonly own?: OwnCertificate;
}

export interface OwnCertificate {
  readonly certificate: Buffer;
  readonly key: Buffer;
  /** For messages. */
  readonly file: string;
  readonly subject: string;
  /** Whom it names; of a server nobody. */
  readonly identity?: Identity;
  /** Unix milliseconds: refused from then on. */
  readonly expiresAt: number;
}

/** The names that Kubernetes gives the files of a TLS secret; `tickwork certs` writes the same. */
export const CREDENTIAL_FILES = {
  ca: 'ca.crt',
  certificate: 'tls.crt',
  key: 'tls.key',
  token: 'token',
  natsSeed: 'nats.nk',
} as const;

/**
 * Reads a folder of credentials. Each file may be missing, but a certificate and its key go together.
 * @param now Unix milliseconds.
 * @throws TickworkError CERTIFICATE_INVALID: nothing there, unreadable, expired (with the date), or a key of another certificate.
 */
export function readCredentials(folder: string, now: number): ProgramCredentials {
  const read = (name: string): Buffer | undefined => readIfThere(join(folder, name));
  const ca = read(CREDENTIAL_FILES.ca);
  const token = read(CREDENTIAL_FILES.token)?.toString('utf8').trim();
  const natsSeed = read(CREDENTIAL_FILES.natsSeed)?.toString('utf8').trim();
  const certificate = read(CREDENTIAL_FILES.certificate);
  const key = read(CREDENTIAL_FILES.key);
  if (!ca && !token && !natsSeed && !certificate && !key) {
    const names = Object.values(CREDENTIAL_FILES).join(', ');
    throw invalid(
      `Expected ${folder} to hold credentials (${names}), got none of them. \`tickwork certs\` makes such folders.`,
    );
  }
  if (ca) checkAuthority(ca, join(folder, CREDENTIAL_FILES.ca), now);
  const own = ownCertificate(folder, certificate, key, now);
  return {
    folder,
    ...(ca || own ? { tls: { ...(ca ? { ca } : {}), ...(own ? { own } : {}) } } : {}),
    ...(token ? { token } : {}),
    ...(natsSeed ? { natsSeed } : {}),
  };
}

function ownCertificate(
  folder: string,
  certificate: Buffer | undefined,
  key: Buffer | undefined,
  now: number,
): OwnCertificate | undefined {
  if (!certificate && !key) return undefined;
  const file = join(folder, CREDENTIAL_FILES.certificate);
  if (!certificate || !key) {
    const missing = certificate ? CREDENTIAL_FILES.key : CREDENTIAL_FILES.certificate;
    throw invalid(`Expected ${folder} to hold a certificate with its key, got no ${missing}. Copy both.`);
  }
  const parsed = parse(certificate, file);
  checkTime(parsed, file, now);
  if (!matches(parsed, key))
    throw invalid(
      `Expected ${CREDENTIAL_FILES.key} in ${folder} to be the key of ${file}, got another one, or none that can be read. Copy both again.`,
    );
  const identity = certificateIdentity(parsed.subjectAltName);
  return {
    certificate,
    key,
    file,
    subject: nameOf(parsed),
    ...(identity ? { identity } : {}),
    expiresAt: Date.parse(parsed.validTo),
  };
}

function checkAuthority(ca: Buffer, file: string, now: number): void {
  checkTime(parse(ca, file), file, now);
}

function parse(pem: Buffer, file: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw invalid(`Expected ${file} to be a certificate in PEM, got something else. Copy it again.`);
  }
}

/** @throws TickworkError CERTIFICATE_INVALID with the date. */
function checkTime(certificate: X509Certificate, file: string, now: number): void {
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  if (now >= to) {
    throw invalid(
      `Expected ${file} (${nameOf(certificate)}) to be valid, got a certificate that expired on ${day(to)}. ` +
        'Make a new one with `tickwork certs --renew NAME`, copy it here, and start again or send SIGHUP.',
    );
  }
  if (now < from) {
    throw invalid(
      `Expected ${file} (${nameOf(certificate)}) to be valid, got a certificate that begins on ${day(from)}. Set the clock of this machine.`,
    );
  }
}

function matches(certificate: X509Certificate, key: Buffer): boolean {
  try {
    return certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw invalid(
      `Expected to read ${path}, got ${code ?? String(error)}. Give the file to the user that this program runs as.`,
    );
  }
}

const nameOf = (certificate: X509Certificate): string => certificate.subject?.replaceAll('\n', ', ') || 'no name';

const day = (ms: number): string => new Date(ms).toISOString().replace('.000', '');

function invalid(message: string): TickworkError {
  return new TickworkError('CERTIFICATE_INVALID', message);
}
