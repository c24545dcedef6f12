import { createHash } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import { env } from 'onnxruntime-node';

/** Raised when formulations or the way of timing them change, so that old timings are forgotten. */
const FORMULATION_SET = 5;

/** What timings depend on beside the problem itself. */
export interface Fingerprint {
  readonly processor: string;
  readonly cores: number;
  readonly architecture: string;
  readonly onnxruntime: string;
  readonly formulationSet: number;
}

export function machineFingerprint(): Fingerprint {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    architecture: `${process.platform} ${process.arch}`,
    onnxruntime: env.versions.node ?? 'unknown',
    formulationSet: FORMULATION_SET,
  };
}

/** A short name for a file. */
export function fingerprintName(fingerprint: Fingerprint): string {
  return createHash('sha256').update(JSON.stringify(fingerprint)).digest('hex').slice(0, 16);
}
