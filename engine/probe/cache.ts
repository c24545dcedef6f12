import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import type { Gpu } from './gpus.ts';
import type { Candidate, ProbeReport } from './report.ts';

/** A change of what a probe does or says makes all stored reports stale. */
const FORMAT = 1;
const MAX_AGE_MS = 30 * 24 * 3_600_000;

export interface ProbeCache {
  /** @param failuresMaxAgeMs how long a failure is believed: a GPU may have been busy. */
  read(key: string, now: number, failuresMaxAgeMs: number): Promise<ProbeReport | undefined>;
  write(key: string, report: ProbeReport): Promise<void>;
}

/** 16 hexadecimal digits that differ when the candidate, its library or the machine does. */
export function probeKey(candidate: Candidate, library: string, gpus: readonly Gpu[]): string {
  const machine = [process.platform, process.arch, process.version, cpus()[0]?.model ?? '', availableParallelism()];
  const devices = candidate.device === 'cpu' ? [] : gpus;
  return createHash('sha256')
    .update(JSON.stringify([FORMAT, candidate, library, machine, devices]))
    .digest('hex')
    .slice(0, 16);
}

/** One JSON file for each report; several processes may write at once. What cannot be read is not there. */
export function createProbeCache(cacheFolder: string): ProbeCache {
  const folder = join(cacheFolder, 'probe');
  const pathOf = (key: string): string => join(folder, `${key}.json`);
  return {
    async read(key, now, failuresMaxAgeMs) {
      try {
        const report = JSON.parse(await readFile(pathOf(key), 'utf8')) as ProbeReport;
        const age = now - report.at;
        const limit = report.outcome.usable ? MAX_AGE_MS : failuresMaxAgeMs;
        return age >= 0 && age < limit ? { ...report, cached: true } : undefined;
      } catch {
        return undefined;
      }
    },
    async write(key, report) {
      const partial = `${pathOf(key)}.${process.pid}.partial`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(partial, `${JSON.stringify(report, undefined, 2)}\n`);
        await rename(partial, pathOf(key));
      } catch {
        // A cache that cannot be written costs time, nothing else.
        await rm(partial, { force: true }).catch(() => {});
      }
    },
  };
}
