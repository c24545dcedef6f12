import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { findExecutable } from './find-executable.ts';
import type { ProvisionContext } from './machine.ts';
import { type CommandResult, lastLine, runCommand } from './run-command.ts';

const UPDATE_LIMIT_MS = 120_000;
const INSTALL_LIMIT_MS = 300_000;

/**
 * Installs Debian packages as root or by sudo that asks no password; refreshes apt's lists when it does not know them.
 * @throws Error saying in one line why that is not possible here.
 */
export async function installDebianPackages(names: readonly string[], context: ProvisionContext): Promise<void> {
  const aptGet = await requireExecutable('apt-get', context);
  const sudo = await rootsWords(context);
  const run = (timeoutMs: number, ...args: string[]): Promise<CommandResult> =>
    runCommand(sudo[0] ?? aptGet, sudo.length === 0 ? args : [...sudo.slice(1), aptGet, ...args], {
      timeoutMs,
      signal: context.signal,
      env: { ...context.machine.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  // Without the lock wait, a machine that installs its own updates just now would make this fail.
  const install = ['-o', 'DPkg::Lock::Timeout=60', 'install', '-y', '--no-install-recommends', ...names];
  context.say(`Installing Debian packages: ${names.join(' ')} …`);
  if ((await run(INSTALL_LIMIT_MS, ...install)).exitCode === 0) return;
  await run(UPDATE_LIMIT_MS, 'update');
  const second = await run(INSTALL_LIMIT_MS, ...install);
  if (second.exitCode !== 0) throw new Error(`apt-get install ${names.join(' ')}: ${lastLine(second.output)}`);
}

/**
 * Fetches a Debian package, checked by apt's signatures, and unpacks it into a folder of our own: needs no root, changes
 * nothing of the system and starts no service. The folder appears whole or not at all.
 * @throws Error saying in one line why that is not possible here.
 */
export async function unpackDebianPackage(name: string, folder: string, context: ProvisionContext): Promise<void> {
  const aptGet = await requireExecutable('apt-get', context);
  const dpkgDeb = await requireExecutable('dpkg-deb', context);
  context.say(`Fetching the Debian package ${name} …`);
  await mkdir(dirname(folder), { recursive: true });
  const work = await mkdtemp(`${folder}.`);
  try {
    const options = { signal: context.signal, env: context.machine.env, cwd: work };
    const fetched = await fetchPackage(aptGet, name, options, context);
    if (fetched.exitCode !== 0) throw new Error(`apt-get download ${name}: ${lastLine(fetched.output)}`);
    const archive = (await readdir(work)).find((file) => file.endsWith('.deb'));
    if (archive === undefined) throw new Error(`apt-get download ${name}: left no package`);
    const unpacked = await runCommand(dpkgDeb, ['-x', archive, 'tree'], { ...options, timeoutMs: INSTALL_LIMIT_MS });
    if (unpacked.exitCode !== 0) throw new Error(`dpkg-deb -x ${archive}: ${lastLine(unpacked.output)}`);
    await rm(folder, { recursive: true, force: true });
    await rename(join(work, 'tree'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fetchPackage(
  aptGet: string,
  name: string,
  options: {
    readonly signal: AbortSignal;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly cwd: string;
  },
  context: ProvisionContext,
): Promise<CommandResult> {
  const first = await runCommand(aptGet, ['download', name], { ...options, timeoutMs: INSTALL_LIMIT_MS });
  if (first.exitCode === 0) return first;
  // A fresh image has no package lists, and only root may refresh the system's: keep lists of our own for this once.
  const apt = join(cacheFolder(context.machine), 'apt');
  try {
    for (const part of ['lists/partial', 'cache/archives/partial']) await mkdir(join(apt, part), { recursive: true });
    const own = ['-o', `Dir::State::Lists=${apt}/lists`, '-o', `Dir::Cache=${apt}/cache`, '-o', 'Debug::NoLocking=1'];
    await runCommand(aptGet, [...own, 'update'], { ...options, timeoutMs: UPDATE_LIMIT_MS });
    return await runCommand(aptGet, [...own, 'download', name], { ...options, timeoutMs: INSTALL_LIMIT_MS });
  } finally {
    await rm(apt, { recursive: true, force: true });
  }
}

/** The words to put before a command so that it runs as root. */
async function rootsWords({ machine, signal }: ProvisionContext): Promise<readonly string[]> {
  if (machine.uid === 0) return [];
  const sudo = await findExecutable('sudo', machine);
  if (sudo === undefined) throw new Error('not root, and there is no sudo');
  const asked = await runCommand(sudo, ['-n', 'true'], { timeoutMs: 10_000, signal, env: machine.env });
  if (asked.exitCode !== 0) throw new Error('not root, and sudo asks for a password');
  return [sudo, '-n'];
}

async function requireExecutable(name: string, { machine }: ProvisionContext): Promise<string> {
  const path = await findExecutable(name, machine);
  if (path === undefined) throw new Error(`no ${name} on this machine`);
  return path;
}
