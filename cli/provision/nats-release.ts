import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { download } from './download.ts';
import type { ProvisionContext } from './machine.ts';
import { lastLine, runCommand } from './run-command.ts';

/** The first 2.12 without the known holes of JetStream and `no_auth_user` (CVE-2026-33222, -33223, -58253). */
const VERSION = '2.12.7';

/** SHA-256 of `nats-server-v2.12.7-{platform}.tar.gz`, as the Dockerfile of the official `nats` image for 2.12.7 pins them. */
const SHA256: Readonly<Record<string, string>> = {
  'linux-amd64': '570d2d627db111e679cc1e6bc57ba78f373ed1769acd8dc9c21c8f62d15b3c52',
  'linux-arm64': '3b9a79986778285c0e5acaba0b1218b72f6159db68fe5b8916a7d846240f9f22',
  'linux-arm7': 'c6a2563489aa54ecb2f5ff73d24fc5f9052ef70c4bf179b10ea322811cd42a0b',
};

const GO_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64', arm: 'arm7' };

const MAX_BYTES = 64 * 2 ** 20;
const DOWNLOAD_LIMIT_MS = 120_000;
const UNPACK_LIMIT_MS = 60_000;

/** Where releases are fetched from and which checksums they must have; a test serves its own. */
export interface NatsReleases {
  readonly baseUrl: string;
  readonly sha256: Readonly<Record<string, string>>;
}

export const OFFICIAL_RELEASES: NatsReleases = {
  baseUrl: `https://github.com/nats-io/nats-server/releases/download/v${VERSION}`,
  sha256: SHA256,
};

/**
 * Puts the server of the pinned official release at `destination`.
 * @throws Error saying in one line why that is not possible here.
 */
export async function fetchNatsRelease(
  destination: string,
  context: ProvisionContext,
  releases: NatsReleases = OFFICIAL_RELEASES,
): Promise<void> {
  const { machine, signal } = context;
  const platform = `${machine.platform}-${GO_ARCH[machine.arch] ?? machine.arch}`;
  const sha256 = releases.sha256[platform];
  if (sha256 === undefined) throw new Error(`no checksum is pinned for ${platform}`);
  const name = `nats-server-v${VERSION}-${platform}`;
  context.say(`Downloading nats-server ${VERSION} …`);
  await mkdir(dirname(destination), { recursive: true });
  const work = await mkdtemp(`${destination}.`);
  try {
    const archive = join(work, 'archive.tar.gz');
    const url = `${releases.baseUrl}/${name}.tar.gz`;
    await download({
      url,
      destination: archive,
      sha256,
      checksumOf: 'file',
      maxBytes: MAX_BYTES,
      timeoutMs: DOWNLOAD_LIMIT_MS,
      signal,
    });
    const unpacked = await runCommand(
      'tar',
      ['-xzf', archive, '-C', work, '--strip-components=1', `${name}/nats-server`],
      {
        timeoutMs: UNPACK_LIMIT_MS,
        signal,
        env: machine.env,
      },
    );
    if (unpacked.exitCode !== 0) throw new Error(`could not unpack ${name}.tar.gz: ${lastLine(unpacked.output)}`);
    await chmod(join(work, 'nats-server'), 0o755);
    await rename(join(work, 'nats-server'), destination);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
