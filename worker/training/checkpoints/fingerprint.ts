import { createHash } from 'node:crypto';
import { STREAMS_VERSION } from '../../../core/random/stream.ts';
import type { TrialSpec } from '../../../core/study/trial-parameters.ts';
import type { ExecutorDescription } from '../../../engine/executor.ts';

/**
 * SHA-256 (hex) of everything that decides a trial's numbers. A checkpoint of another executor, precision or number of
 * threads would go on, but not to the numbers of a trial that was never stopped.
 * @param initialWeights digest of the weights it starts from, if any.
 */
export function trialFingerprint(
  spec: TrialSpec,
  engine: ExecutorDescription,
  initialWeights: string | undefined,
): string {
  const { parameters, seed } = spec;
  const sorted = (value: object): [string, unknown][] => Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  const facts = [STREAMS_VERSION, seed, sorted(parameters), sorted(engine), initialWeights ?? null];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
