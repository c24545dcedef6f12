import { type Plan, seedsAtFirst } from '../../../core/plan/plan.ts';
import type { TimeEstimate } from '../../../core/plan/time-left.ts';
import type { Study } from '../../../core/study/study.ts';
import type { SweepPlan } from '../../../proto/generated/tickwork/v1/SweepPlan.ts';
import { configurationsToDraw, toFactorMessages } from './sweep.ts';

export function toPlanMessage(
  study: Study,
  plan: Plan,
  slots: number,
  time: TimeEstimate | undefined,
  reused?: number,
): SweepPlan {
  return {
    study: study.name,
    title: study.title,
    cells: plan.cells,
    configurations: plan.configurations,
    factors: toFactorMessages(study),
    seeds: study.seeds.slice(0, seedsAtFirst(study)),
    estimatedMacs: plan.estimatedMacs,
    configurationsToDraw: configurationsToDraw(study),
    slots,
    ...(reused === undefined ? {} : { reused }),
    ...(time === undefined ? {} : { estimatedDeviceSeconds: time.deviceMs / 1000 }),
    ...(time?.wallMs === undefined ? {} : { estimatedSeconds: time.wallMs / 1000 }),
    rows: plan.rows.map((row) => ({ ...row, levels: row.levels.map((level) => ({ ...level })) })),
  };
}
