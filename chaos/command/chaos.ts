import { access, constants, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Clock } from '../../runtime/clock.ts';
import { closingTable, isByDesign, resultOf } from './closing-table.ts';
import type { ChaosOptions } from './options.ts';
import { type Round, runRound } from './round.ts';

/** @returns whether every promise held. */
export async function chaos(options: ChaosOptions, clock: Clock, print: (line: string) => void): Promise<boolean> {
  const { minutes, nats, json, seed, keep } = options;
  const say = (line: string): void => (json ? undefined : print(line));
  const folder = await mkdtemp(join(tmpdir(), 'tickwork-chaos-'));
  const setpriv = await findProgram('setpriv');
  const rounds: Round[] = [];
  try {
    for (const natsServers of nats) {
      const home = join(folder, `round-${rounds.length + 1}`);
      await mkdir(home);
      const share = { rows: Math.ceil(options.rows / nats.length), span: (minutes * 60_000) / nats.length };
      // A single machine has no standby; who has three NATS servers has one.
      const coordinators = natsServers === 1 ? 1 : 2;
      rounds.push(
        await runRound({ ...options, ...share, natsServers, coordinators, folder: home, setpriv, clock, say }),
      );
    }
  } finally {
    if (keep) say(`logs and state: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
  for (const accident of rounds.flatMap(({ accidents }) => accidents)) if (!isByDesign(accident)) say(accident);
  for (const { comparison, reportsLost } of rounds)
    for (const [what, keys] of Object.entries({ ...comparison, reportsLost }))
      if (Array.isArray(keys) && keys.length > 0) say(`${what}: ${keys.slice(0, 10).join('; ')}`);
  const result = resultOf(seed, rounds);
  for (const line of closingTable(result, rounds)) say(line);
  print(JSON.stringify(result));
  return result.lost === 0 && result.extra === 0 && result.wrong === 0;
}

async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  }
  return undefined;
}
