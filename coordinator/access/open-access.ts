import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseTokenFile, type TokenFile } from '../../core/access/token-file.ts';
import { TickworkError } from '../../core/errors.ts';
import {
  CREDENTIAL_FILES,
  type OwnCertificate,
  type ProgramCredentials,
  readCredentials,
} from '../../proto/credentials/credentials-folder.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { createAuthenticator } from './authenticator.ts';
import { checkAddresses } from './check-addresses.ts';
import { createGuard, type Guard } from './guard.ts';
import type { Limits } from './limits.ts';

export interface AccessSettings {
  /** Folder with the coordinator's own credentials: ca.crt, tls.crt, tls.key, nats.nk. */
  readonly credentials?: string | undefined;
  /** Token file. */
  readonly tokens?: string | undefined;
  readonly insecure: boolean;
  /** Addresses that will be listened on. */
  readonly hosts: readonly string[];
}

/** What the coordinator shows when it is a server; see grpc/server-tls.ts. */
export interface ServerCertificate {
  readonly own: OwnCertificate;
  readonly ca: Buffer;
}

/** Who may do what, from files that may change while the coordinator runs. */
export interface Access {
  readonly guard: Guard;
  /** As they were at the start: for connections that the coordinator makes itself. */
  readonly program: ProgramCredentials | undefined;
  /** As it is now; undefined without TLS. */
  certificate(): ServerCertificate | undefined;
  onCertificate(listener: (certificate: ServerCertificate) => void): void;
  /** Reads the files again. What is wrong with them is logged, and the old ones stay. */
  reload(): void;
  /** Reads files again when they change, and warns of certificates that end soon, until `signal` aborts. */
  watch(signal: AbortSignal): Promise<void>;
}

export interface AccessDeps {
  readonly limits: Limits;
  readonly clock: Clock;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 2_000;
const WARN_BEFORE_MS = 14 * 86_400_000;
const WARN_EVERY_MS = 86_400_000;

/** @throws TickworkError INSECURE_ADDRESS, CERTIFICATE_INVALID, CONFIG_INVALID */
export function openAccess(settings: AccessSettings, { limits, clock, now, logger }: AccessDeps): Access {
  const { credentials: folder, tokens: file, insecure, hosts } = settings;
  const readProgram = () => (folder === undefined ? undefined : readCredentials(folder, clock.now()));
  const readTokens = () => (file === undefined ? undefined : readTokenFile(file));

  checkAddresses({ hosts, tls: folder !== undefined, tokens: file !== undefined, insecure });
  const program = readProgram();
  let certificate = serverCertificate(program);
  // A folder without a certificate is no TLS.
  checkAddresses({ hosts, tls: certificate !== undefined, tokens: file !== undefined, insecure });
  let tokens = readTokens();
  if (insecure && !(certificate && tokens))
    logger.warn({ hosts }, 'serving without TLS and tokens, as --insecure says');

  const listeners: ((certificate: ServerCertificate) => void)[] = [];
  const guard = createGuard({ authenticate: createAuthenticator(() => tokens), limits, wallClock: clock.now, now });

  function reload(): void {
    try {
      // Both before either: half of a change is none.
      const nextCertificate = serverCertificate(readProgram());
      tokens = readTokens();
      if (nextCertificate && certificate) {
        certificate = nextCertificate;
        for (const listener of listeners) listener(nextCertificate);
      }
      guard.recheck();
      logger.info(
        { tokens: tokens?.tokens.length, certificateEnds: endOf(certificate) },
        'credentials were read again',
      );
    } catch (error) {
      logger.error(
        { error: error instanceof Error ? error.message : String(error) },
        'credentials could not be read again; the old ones stay',
      );
    }
  }

  /** Sizes and times of the files: another text means that one has changed. */
  function stamp(): string {
    const files =
      folder === undefined
        ? []
        : [CREDENTIAL_FILES.ca, CREDENTIAL_FILES.certificate, CREDENTIAL_FILES.key].map((name) => join(folder, name));
    return [...files, ...(file === undefined ? [] : [file])].map(stampOf).join(' ');
  }

  return {
    guard,
    program,
    certificate: () => certificate,
    onCertificate: (listener) => void listeners.push(listener),
    reload,
    async watch(signal) {
      let seen = stamp();
      let warnedAt = Number.NEGATIVE_INFINITY;
      while (!signal.aborted) {
        const left = (certificate?.own.expiresAt ?? Number.POSITIVE_INFINITY) - clock.now();
        if (left < WARN_BEFORE_MS && now() - warnedAt >= WARN_EVERY_MS) {
          warnedAt = now();
          logger.warn(
            { file: certificate?.own.file, ends: endOf(certificate) },
            'the certificate ends soon: make a new one with `tickwork certs --renew`',
          );
        }
        await clock.sleep(LOOK_EVERY_MS, signal);
        const found = stamp();
        if (found === seen || signal.aborted) continue;
        seen = found;
        reload();
      }
    },
  };
}

function serverCertificate(program: ProgramCredentials | undefined): ServerCertificate | undefined {
  const { ca, own } = program?.tls ?? {};
  if (!ca && !own) return undefined;
  if (ca && own) return { ca, own };
  throw new TickworkError(
    'CERTIFICATE_INVALID',
    `Expected ${program?.folder} to hold ca.crt, tls.crt and tls.key, got ${ca ? 'ca.crt' : 'tls.crt and tls.key'} alone. \`tickwork certs\` writes all of them.`,
  );
}

/** @throws TickworkError CONFIG_INVALID */
function readTokenFile(path: string): TokenFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TickworkError(
      'CONFIG_INVALID',
      `Expected ${path} to be a token file, got ${code ?? String(error)}. \`tickwork token create --tokens ${path}\` makes one.`,
    );
  }
  return parseTokenFile(text, path);
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.size}/${found.mtimeMs}/${found.ino}` : '-';
}

function endOf(certificate: ServerCertificate | undefined): string | undefined {
  return certificate && new Date(certificate.own.expiresAt).toISOString();
}
