import { answerParent } from '../../../engine/probe/mod.ts';
import { checkCell } from './check-cell.ts';
import type { CheckedStep, Question, ShownStep } from './questions.ts';
import { showStep } from './show-step.ts';

/** Main file of the process that looks into one step of a study; `tickwork engine show` and `check` fork it. */
answerParent<Question, ShownStep | CheckedStep>(process, async (question, say) => {
  if (question.kind === 'check') return checkCell(question, say);
  say('tracing the step');
  return showStep(question, () => performance.now());
});
