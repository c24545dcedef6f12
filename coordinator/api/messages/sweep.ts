import { firstLabels, levelCount } from '../../../core/study/levels.ts';
import { leftToDraw } from '../../../core/study/search.ts';
import type { Study } from '../../../core/study/study.ts';
import type { SweepState } from '../../../core/sweep/state.ts';
import { sweepStateCodec } from '../../../proto/enums.ts';
import type { Factor } from '../../../proto/generated/tickwork/v1/Factor.ts';
import type { Sweep } from '../../../proto/generated/tickwork/v1/Sweep.ts';
import { sweepName } from '../../../proto/resource-names.ts';
import { toTimestamp } from './timestamp.ts';

export interface SweepMessageOptions {
  /** The submitted text is long; only GetSweep sends it. */
  readonly withYaml?: boolean;
  /** See ../estimates.ts. */
  readonly msLeft?: number | undefined;
}

export function toSweepMessage(sweep: SweepState, { withYaml = false, msLeft }: SweepMessageOptions = {}): Sweep {
  return {
    name: sweepName(sweep.id),
    study: sweep.study.name,
    title: sweep.study.title,
    state: sweepStateCodec.encode(sweep.status),
    counts: { total: sweep.total, ...sweep.counts, reused: sweep.reused ?? 0 },
    createTime: toTimestamp(sweep.createdAt),
    ...(sweep.finishedAt === undefined ? {} : { finishTime: toTimestamp(sweep.finishedAt) }),
    studyYaml: withYaml ? sweep.studyYaml : '',
    factors: toFactorMessages(sweep.study),
    seeds: [...sweep.study.seeds],
    revision: sweep.revision,
    paused: sweep.paused,
    priority: sweep.study.priority ?? 0,
    decisions: withYaml ? sweep.decisions.map(({ at, reason }) => ({ time: toTimestamp(at), reason })) : [],
    configurationsToDraw: configurationsToDraw(sweep.study),
    search: sweep.study.search?.kind ?? '',
    ...(msLeft === undefined ? {} : { secondsLeft: msLeft / 1000 }),
    usedDeviceSeconds: sweep.usedMs / 1000,
    exhaustedReason: sweep.exhausted ?? '',
    user: sweep.user ?? '',
    reuse: sweep.study.reuse ?? false,
  };
}

/** What a search may still draw. */
export function configurationsToDraw({ search }: Study): number {
  return search ? leftToDraw(search) : 0;
}

/** Labels that a message carries of one factor; a range may have a million. */
const MAX_LABELS = 1_000;

export function toFactorMessages(study: Study): Factor[] {
  return study.factors.map((factor) => ({
    name: factor.name,
    levels: firstLabels(factor, MAX_LABELS),
    levelCount: levelCount(factor),
  }));
}
