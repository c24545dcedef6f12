import { mayTakeResult, type Recipes, trialKeyOf } from '../../core/reuse/trial-key.ts';
import type { ReportRecord, ResultRecord, TrialRecord } from '../../proto/records.ts';
import type { ReportPoint, ResultStore, StoredResult } from '../ports.ts';
import { sha256 } from '../sha256.ts';

/** Points of learning curves that are read at once. */
const MAX_POINTS = 10_000;

/**
 * The results of other sweeps that cells may be given.
 * @param sweepId whose cells they are; empty for a study that is no sweep yet.
 */
export async function findResults(
  store: ResultStore,
  sweepId: string,
  recipes: Recipes,
  cells: readonly number[],
): Promise<ReadonlyMap<number, StoredResult>> {
  const keys = new Map<number, string>();
  for (const cell of cells) {
    const key = mayTakeResult(recipes, cell) ? trialKeyOf(recipes, cell, sha256) : undefined;
    if (key !== undefined) keys.set(cell, key);
  }
  const results = await store.withTrialKeys([...new Set(keys.values())], sweepId);
  const found = new Map<number, StoredResult>();
  for (const [cell, key] of keys) {
    const result = results.get(key);
    if (result !== undefined) found.set(cell, result);
  }
  return found;
}

/** The records that give cells of a sweep those results: of each the points of its learning curve, then the result. */
export async function reusedRecords(
  store: ResultStore,
  target: { readonly sweepId: string; readonly epoch: number },
  found: ReadonlyMap<number, StoredResult>,
): Promise<readonly TrialRecord[]> {
  const curves = await curvesOf(store, [...found.values()]);
  return [...found].flatMap(([cell, original]) => {
    const { attempt, worker, metrics, provenance, durationMs, endedAt } = original.record;
    const key = {
      ...target,
      cell,
      attempt: 0,
      leaseId: 'reused',
      worker,
      reusedFrom: { sweepId: original.sweepId, cell: original.cell, attempt },
    };
    const points = curves.get(nameOf(original)) ?? [];
    const reports = points.map((point): ReportRecord => ({ kind: 'report', ...key, ...point }));
    const result: ResultRecord = { kind: 'result', ...key, metrics, provenance, durationMs, endedAt };
    return [...reports, result];
  });
}

type CurvePoint = Pick<ReportPoint, 'trainEpoch' | 'metrics'>;

/** Learning curves up to the accepted attempts: of an epoch that was trained more than once, the last time counts. */
async function curvesOf(store: ResultStore, originals: readonly StoredResult[]) {
  const accepted = new Map(originals.map((original) => [nameOf(original), original.record.attempt]));
  const curves = new Map<string, Map<number, CurvePoint>>();
  for (const sweepId of new Set(originals.map((original) => original.sweepId))) {
    const cells = [...new Set(originals.filter((other) => other.sweepId === sweepId).map(({ cell }) => cell))];
    for await (const { cell, attempt, trainEpoch, metrics } of pointsOf(store, sweepId, cells)) {
      const name = nameOf({ sweepId, cell });
      if (attempt > (accepted.get(name) as number)) continue;
      const curve = curves.get(name) ?? new Map<number, CurvePoint>();
      curves.set(name, curve.set(trainEpoch, { trainEpoch, metrics }));
    }
  }
  return new Map([...curves].map(([name, curve]) => [name, [...curve.values()]]));
}

async function* pointsOf(store: ResultStore, sweepId: string, cells: readonly number[]): AsyncGenerator<ReportPoint> {
  let after: ReportPoint | undefined;
  for (;;) {
    const from = after === undefined ? {} : { after };
    const points = await store.reports({ sweepId, cells, ...from, limit: MAX_POINTS });
    yield* points;
    after = points.at(-1);
    if (points.length < MAX_POINTS) return;
  }
}

const nameOf = ({ sweepId, cell }: Pick<StoredResult, 'sweepId' | 'cell'>): string => `${sweepId}/${cell}`;
