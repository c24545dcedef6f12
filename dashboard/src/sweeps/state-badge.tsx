import type { Sweep } from '../api/client.ts';
import { enumWord } from '../text/words.ts';

/** A state in words, with its colour as a second sign. @param prefix of the enum, for example `sweep_state`. */
export function StateBadge({ state, prefix }: { readonly state: string; readonly prefix: string }) {
  const word = enumWord(state, prefix);
  return <span className={`badge is-${word.replaceAll(' ', '-')}`}>{word}</span>;
}

/** An active sweep that starts no further trial is paused. */
export function SweepBadge({ sweep }: { readonly sweep: Sweep }) {
  const paused = sweep.paused && sweep.state === 'SWEEP_STATE_ACTIVE';
  return <StateBadge state={paused ? 'paused' : sweep.state} prefix="sweep_state" />;
}
