import { TickworkError } from '../../core/errors.ts';
import { loadStudy } from '../../core/study/load-study.ts';
import { withReuse } from '../../core/study/reuse.ts';
import type { Study } from '../../core/study/study.ts';
import { type EditPlan, planEdit } from '../../core/sweep/edit-plan.ts';
import type { SweepState } from '../../core/sweep/state.ts';
import type { SweepEdit } from '../../proto/generated/tickwork/v1/SweepEdit.ts';
import type { Api } from './api.ts';
import { toSweepMessage } from './messages/sweep.ts';
import { checkRequestId, DEADLINE, requireSweep } from './require-sweep.ts';
import type { ApiDeps } from './sweep-api.ts';

/** The diff and its execution see the same sweep only when nothing happens between them: what the answer says is what was done. */
export function createEditApi({ ledger }: Pick<ApiDeps, 'ledger'>): Pick<Api, 'editSweep'> {
  return {
    async editSweep({ requestId, name, studyYaml, cancelRunning, dryRun }) {
      checkRequestId(requestId);
      const sweep = requireSweep(ledger, name, 'name');
      const loaded = loadStudy(studyYaml);
      // What was said when the sweep was submitted holds until the study says something itself.
      const study = withReuse(loaded, loaded.reuse ?? reuseOf(sweep, loaded));
      const plan = planEdit(sweep, study);
      if (!plan.ok) throw new TickworkError(plan.code, plan.message);
      if (dryRun) return toEditMessage(sweep, plan);
      const command = { type: 'edit-sweep', requestId, sweepId: sweep.id, study, studyYaml, cancelRunning } as const;
      await ledger.submit(command, DEADLINE);
      return toEditMessage(ledger.state.sweeps.get(sweep.id) as SweepState, plan);
    },
  };
}

const reuseOf = ({ study }: SweepState, { command }: Study): boolean | undefined =>
  command === undefined ? study.reuse : undefined;

function toEditMessage(sweep: SweepState, { added, kept, removed, changes }: EditPlan): SweepEdit {
  return {
    sweep: toSweepMessage(sweep),
    cellsAdded: added,
    cellsKept: kept,
    removedWaiting: removed.waiting,
    removedRunning: removed.live.length,
    removedEnded: removed.ended,
    changes: changes.map(({ change, levels, cells }) => ({
      added: change === 'added',
      levels: levels.map((level) => ({ ...level })),
      cells,
    })),
  };
}
