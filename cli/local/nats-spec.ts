import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChildSpec } from './child.ts';

export interface NatsSettings {
  /** The nats-server program. */
  readonly program: string;
  /** For example 2.12.7; decides which options the file may have. */
  readonly version: readonly [number, number];
  /** Holds the configuration, the ports file and JetStream's files. */
  readonly folder: string;
  readonly logFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `setpriv`, which makes the kernel end the server when its parent is killed; absent where there is none. */
  readonly setpriv?: string;
  /** Lines that say who may use which subjects; absent: everybody all. */
  readonly authorization?: string;
}

const POLL_MS = 20;

/** Writes the server's configuration. @param port -1 lets the system choose. */
export async function writeNatsConfig({ folder, version, authorization }: NatsSettings, port: number): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const [major, minor] = version;
  await writeFile(
    configFile(folder),
    [
      'server_name: tickwork',
      `listen: "127.0.0.1:${port}"`,
      `ports_file_dir: ${JSON.stringify(folder)}`,
      'jetstream {',
      `  store_dir: ${JSON.stringify(folder)}`,
      // An acknowledged message is on disk. Servers before 2.10 do not know the option.
      ...(major > 2 || minor >= 10 ? ['  sync_interval: always'] : []),
      '}',
      ...(authorization === undefined ? [] : [authorization]),
      '',
    ].join('\n'),
  );
}

/** How to start it; ready means that it takes connections. */
export function natsSpec(settings: NatsSettings): ChildSpec<{ readonly port: number }> {
  const args = ['--config', configFile(settings.folder)];
  const { setpriv } = settings;
  return {
    name: 'nats-server',
    file: setpriv ?? settings.program,
    // setpriv becomes the server: same process, same pid.
    args: setpriv === undefined ? args : ['--pdeathsig', 'TERM', '--', settings.program, ...args],
    env: settings.env,
    logFile: settings.logFile,
    ipc: false,
    async whenReady(child, signal) {
      const portsFile = join(settings.folder, `nats-server_${child.pid}.ports`);
      for (;;) {
        signal.throwIfAborted();
        const text = await readFile(portsFile, 'utf8').catch(() => '');
        // Between creating and filling the file its text does not end in a brace.
        const address = text.trimEnd().endsWith('}') ? (JSON.parse(text) as { nats: string[] }).nats[0] : undefined;
        if (address !== undefined) {
          await rm(portsFile, { force: true });
          return { port: Number(new URL(address).port) };
        }
        await delay(POLL_MS);
      }
    },
  };
}

const configFile = (folder: string): string => join(folder, 'nats.conf');

/** `nats-server: v2.9.10` → [2, 9] */
export function parseNatsVersion(text: string): readonly [number, number] | undefined {
  const match = /v(\d+)\.(\d+)\.\d+/.exec(text);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}
