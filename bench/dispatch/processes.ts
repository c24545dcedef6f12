import { readdir, readFile } from 'node:fs/promises';

/** Of Linux on every machine that Node runs on. */
const TICKS_PER_SECOND = 100;

/**
 * Processor time, user and system, since the start of each process; 0 for one that is gone.
 * @param named process ids by name. The children of one are added up under its name and ` trials`.
 */
export async function processSeconds(named: ReadonlyMap<string, number>): Promise<Readonly<Record<string, number>>> {
  const nameOf = new Map([...named].map(([name, pid]) => [pid, name]));
  const seconds: Record<string, number> = {};
  for (const pid of (await readdir('/proc')).map(Number).filter(Number.isInteger)) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
    if (stat === undefined) continue;
    // The command in parentheses may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const own = nameOf.get(pid);
    const parent = nameOf.get(Number(fields[1]));
    const name = own ?? (parent === undefined ? undefined : `${parent} trials`);
    if (name === undefined) continue;
    seconds[name] = (seconds[name] ?? 0) + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }
  return seconds;
}

/** The memory of a process that is in RAM now. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) * 1024;
}

export function secondsBetween(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]));
}
