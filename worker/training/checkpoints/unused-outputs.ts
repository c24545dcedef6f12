import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { outputsRoot } from './folders.ts';

/** What the attempts at one cell have left for others. */
export interface KeptOutput {
  /** `stages-1.4`: its sweep and its number. */
  readonly cell: string;
  readonly sweep: string;
  /** Of the last attempt that has left something; milliseconds of the clock of the files. */
  readonly keptAt: number;
}

export async function listOutputs(root: string): Promise<readonly KeptOutput[]> {
  const cells = (await readdir(outputsRoot(root)).catch((): string[] => [])).toSorted();
  const found = await Promise.all(
    cells.map(async (cell): Promise<KeptOutput[]> => {
      const kept = await stat(join(outputsRoot(root), cell)).catch(() => undefined);
      const sweep = cell.slice(0, cell.lastIndexOf('.'));
      return kept === undefined || sweep === '' ? [] : [{ cell, sweep, keptAt: kept.mtimeMs }];
    }),
  );
  return found.flat();
}

/** What decides whether outputs may go: `needed` are sweeps that may run a trial again. */
export interface OutputRule {
  readonly needed: ReadonlySet<string>;
  readonly now: number;
  readonly minAgeMs: number;
}

export const isUnusedOutput = ({ sweep, keptAt }: KeptOutput, { needed, now, minAgeMs }: OutputRule): boolean =>
  !needed.has(sweep) && now - keptAt >= minAgeMs;

/** Removes unused outputs. @returns what was removed. */
export async function pruneOutputs(root: string, rule: OutputRule): Promise<readonly KeptOutput[]> {
  const unused = (await listOutputs(root)).filter((output) => isUnusedOutput(output, rule));
  for (const { cell } of unused) await rm(join(outputsRoot(root), cell), { recursive: true, force: true });
  return unused;
}
