/** The only file that builds or parses resource names (`sweeps/{sweep}`, `sweeps/{sweep}/trials/{cell}`, `workers/{worker}`). */
const SWEEP = /^sweeps\/([a-z0-9][a-z0-9-]{0,79})$/;
const TRIAL = /^sweeps\/([a-z0-9][a-z0-9-]{0,79})\/trials\/(\d{1,15})$/;
const WORKER = /^workers\/([A-Za-z0-9_-]{1,64})$/;

export const sweepName = (sweepId: string): string => `sweeps/${sweepId}`;

export const trialName = (sweepId: string, cell: number): string => `sweeps/${sweepId}/trials/${cell}`;

export const workerName = (worker: string): string => `workers/${worker}`;

/** @returns the sweep id, or undefined when `name` is not a sweep's name. */
export function parseSweepName(name: string): string | undefined {
  return SWEEP.exec(name)?.[1];
}

/** @returns the worker, or undefined when `name` is not a worker's name. */
export function parseWorkerName(name: string): string | undefined {
  return WORKER.exec(name)?.[1];
}

/** @returns sweep id and cell index, or undefined when `name` is not a trial's name. */
export function parseTrialName(name: string): { readonly sweepId: string; readonly cell: number } | undefined {
  const match = TRIAL.exec(name);
  return match ? { sweepId: match[1] as string, cell: Number(match[2]) } : undefined;
}
