import { enumWord } from '../text/words.ts';

/** A state in words, with its colour as a second sign. @param prefix of the enum, for example `sweep_state`. */
export function StateBadge({ state, prefix }: { readonly state: string; readonly prefix: string }) {
  const word = enumWord(state, prefix);
  return <span className={`badge is-${word.replaceAll(' ', '-')}`}>{word}</span>;
}
