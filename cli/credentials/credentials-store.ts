import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createUser } from 'nkeys.js';
import type { Identity, Role } from '../../core/access/identity.ts';
import { TickworkError } from '../../core/errors.ts';
import { certificateIdentity } from '../../proto/credentials/certificate-identity.ts';
import { CREDENTIAL_FILES } from '../../proto/credentials/credentials-folder.ts';
import { type CertificatePair, createAuthority, endOf, issueCertificate } from './certificate-authority.ts';
import type { NatsMember } from './nats-users.ts';
import { writePrivateFile } from './private-file.ts';

/** One folder below the store, to be copied to the machine of whoever it names. */
export interface Member {
  readonly name: string;
  readonly role: Role | 'coordinator' | 'nats-server';
  readonly hosts: readonly string[];
  /** Unix milliseconds. */
  readonly endsAt: number;
}

/** What shall be there; what is there already stays as it is. */
export interface Wanted {
  /** Names and addresses of the machines of coordinator and NATS. */
  readonly hosts: readonly string[];
  readonly people: readonly Identity[];
  /** Members to give a new certificate and key. */
  readonly renew: readonly string[];
  readonly days: number;
  /** Unix milliseconds. */
  readonly now: number;
}

const AUTHORITY = 'authority';
const AUTHORITY_DAYS = 3_650;
/** Every server is also reached on its own machine. */
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '::1'];
const SERVERS = { coordinator: 'coordinator', nats: 'nats-server' } as const;

/**
 * Makes what is missing below `folder`: the authority, coordinator and NATS server, and people and workers. Safe to repeat.
 * @returns the names of the members that got a new certificate.
 * @throws TickworkError ARGUMENT_INVALID, CERTIFICATE_INVALID
 */
export async function makeCredentials(folder: string, wanted: Wanted): Promise<readonly string[]> {
  const before = await listMembers(folder);
  checkNames(wanted, before);
  const authority = await ensureAuthority(folder, wanted.now);
  const known = new Map(before.map((member) => [member.name, member] as const));
  const made: string[] = [];

  async function issue(name: string, hosts: readonly string[], identity: Identity | undefined): Promise<void> {
    const client = name !== 'nats';
    const request = {
      commonName: name,
      hosts,
      client,
      days: wanted.days,
      now: wanted.now,
      ...(identity ? { identity } : {}),
    };
    await writeMember(join(folder, name), authority, await issueCertificate(authority, request));
    made.push(name);
  }

  for (const name of Object.keys(SERVERS)) {
    const old = known.get(name);
    const hosts = [...new Set([...LOCAL_HOSTS, ...(old?.hosts ?? []), ...wanted.hosts])];
    const lacks = !old || hosts.some((host) => !old.hosts.includes(host));
    if (lacks || wanted.renew.includes(name)) await issue(name, hosts, undefined);
    if (name === 'coordinator') await ensureNatsSeed(join(folder, name));
  }
  const kept = before.filter(({ name }) => !(name in SERVERS)).map(({ name, role }) => ({ name, role: role as Role }));
  const people = new Map([...kept, ...wanted.people].map((identity) => [identity.name, identity] as const));
  for (const identity of people.values()) {
    if (!known.has(identity.name) || wanted.renew.includes(identity.name)) await issue(identity.name, [], identity);
    if (identity.role === 'worker') await ensureNatsSeed(join(folder, identity.name));
  }
  return made;
}

export async function listMembers(folder: string): Promise<readonly Member[]> {
  const entries = existsSync(folder) ? await readdir(folder, { withFileTypes: true }) : [];
  const members: Member[] = [];
  for (const { name } of entries.filter((entry) => entry.isDirectory() && entry.name !== AUTHORITY)) {
    const file = join(folder, name, CREDENTIAL_FILES.certificate);
    if (!existsSync(file)) continue;
    const pem = await readFile(file, 'utf8');
    const { subjectAltName } = new X509Certificate(pem);
    const role = name in SERVERS ? SERVERS[name as keyof typeof SERVERS] : certificateIdentity(subjectAltName)?.role;
    if (role) members.push({ name, role, hosts: hostsOf(subjectAltName), endsAt: endOf(pem) });
  }
  return members.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** Whoever speaks to NATS: the coordinator and the workers. */
export async function natsMembers(folder: string): Promise<readonly NatsMember[]> {
  const members = (await listMembers(folder)).filter(({ role }) => role === 'coordinator' || role === 'worker');
  return Promise.all(
    members.map(async ({ name, role }) => ({
      ...(role === 'worker' ? { worker: name } : {}),
      seed: (await readFile(join(folder, name, CREDENTIAL_FILES.natsSeed), 'utf8')).trim(),
    })),
  );
}

export function newNatsSeed(): string {
  return new TextDecoder().decode(createUser().getSeed());
}

async function ensureAuthority(folder: string, now: number): Promise<CertificatePair> {
  const [certificateFile, keyFile] = [join(folder, AUTHORITY, 'ca.crt'), join(folder, AUTHORITY, 'ca.key')];
  if (!existsSync(certificateFile)) {
    const authority = await createAuthority(AUTHORITY_DAYS, now);
    await writePrivateFile(keyFile, authority.key);
    await writePrivateFile(certificateFile, authority.certificate);
    return authority;
  }
  const certificate = await readFile(certificateFile, 'utf8');
  const key = await readFile(keyFile, 'utf8').catch(() => undefined);
  if (key === undefined) {
    throw new TickworkError(
      'CERTIFICATE_INVALID',
      `Expected ${keyFile}, which signs certificates, to be there, got none. Fetch it from where it is kept.`,
    );
  }
  if (now >= endOf(certificate)) {
    throw new TickworkError(
      'CERTIFICATE_INVALID',
      `Expected the authority in ${certificateFile} to be valid, got one that expired on ${new Date(endOf(certificate)).toISOString()}. Make everything anew in another --dir.`,
    );
  }
  return { certificate, key };
}

async function writeMember(folder: string, authority: CertificatePair, pair: CertificatePair): Promise<void> {
  await writePrivateFile(join(folder, CREDENTIAL_FILES.ca), authority.certificate);
  await writePrivateFile(join(folder, CREDENTIAL_FILES.key), pair.key);
  await writePrivateFile(join(folder, CREDENTIAL_FILES.certificate), pair.certificate);
}

async function ensureNatsSeed(folder: string): Promise<void> {
  const file = join(folder, CREDENTIAL_FILES.natsSeed);
  if (!existsSync(file)) await writePrivateFile(file, `${newNatsSeed()}\n`);
}

function checkNames({ people, renew }: Wanted, before: readonly Member[]): void {
  for (const { name, role } of people) {
    const old = before.find((member) => member.name === name);
    if (name in SERVERS || name === AUTHORITY)
      throw invalid(`Expected a name other than coordinator, nats and ${AUTHORITY}, got ${name}. Choose another.`);
    if (old && old.role !== role)
      throw invalid(
        `Expected ${name} to stay a ${old.role}, got role ${role}. Delete its folder first, and revoke it with \`tickwork token revoke ${name}\`.`,
      );
  }
  for (const name of renew) {
    if (name in SERVERS || before.some((member) => member.name === name)) continue;
    throw invalid(`Expected --renew to name a member, got ${name}. \`tickwork certs\` lists them.`);
  }
}

function hostsOf(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? '').split(', ').flatMap((entry) => {
    const [kind, ...value] = entry.split(':');
    if (kind === 'DNS') return [value.join(':')];
    return kind === 'IP Address' ? [value.join(':').replace(/^0:0:0:0:0:0:0:1$/, '::1')] : [];
  });
}

function invalid(message: string): TickworkError {
  return new TickworkError('ARGUMENT_INVALID', message);
}
