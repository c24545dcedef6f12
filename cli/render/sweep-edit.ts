import type { SweepEdit__Output } from '../../proto/generated/tickwork/v1/SweepEdit.ts';
import { visible } from './display-width.ts';
import { formatCount } from './numbers.ts';

const MAX_SHOWN = 20;

/** `tickwork edit`: what changes, configuration by configuration, and in total. */
export function renderSweepEdit(edit: SweepEdit__Output, cancelRunning: boolean): string[] {
  const { changes, cellsAdded, cellsKept, removedWaiting, removedRunning, removedEnded } = edit;
  const shown = changes.slice(0, MAX_SHOWN).map(({ added, levels, cells }) => {
    const title = levels.map(({ factor, label }) => `${factor}=${label}`).join(' ');
    return visible(`${added ? '+' : '-'} ${title}${cells === 1 ? '' : `  (${cells} seeds)`}`);
  });
  const more = changes.length > MAX_SHOWN ? [`  … and ${changes.length - MAX_SHOWN} more configurations`] : [];
  const running = cancelRunning ? 'are cancelled' : 'finish';
  return [
    ...shown,
    ...more,
    ...(changes.length > 0 ? [''] : []),
    `${formatCount(cellsAdded)} cells are added, ${formatCount(cellsKept)} stay.`,
    ...(removedWaiting + removedRunning + removedEnded === 0
      ? []
      : [
          `${formatCount(removedWaiting)} that wait are withdrawn, ${formatCount(removedRunning)} that run ${running}, ${formatCount(removedEnded)} that have ended keep their results.`,
        ]),
  ];
}
