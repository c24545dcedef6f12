import type { ParameterValue } from '../study/study.ts';

/** What a placeholder may name beside the parameters of the trial; no parameter may have such a name. */
export const PLACES = ['seed', 'parameters', 'parametersFile', 'checkpointDir', 'metricsFile'] as const;

type Piece = { readonly text: string } | { readonly placeholder: string };

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,47}$/;

/**
 * A word of a command: text with `{name}` for the value of a parameter; `{{` and `}}` stand for braces.
 * @returns undefined for a brace that belongs to nothing.
 */
export function parseWord(word: string): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  let text = '';
  for (let i = 0; i < word.length; i++) {
    const character = word[i] as string;
    if (character !== '{' && character !== '}') text += character;
    else if (word[i + 1] === character) text += word[i++];
    else {
      const end = word.indexOf('}', i);
      const name = word.slice(i + 1, end);
      if (character === '}' || end < 0 || !NAME.test(name)) return undefined;
      pieces.push({ text }, { placeholder: name });
      text = '';
      i = end;
    }
  }
  return [...pieces, { text }];
}

/** Names of the parameters and places that a word asks for. */
export function placeholdersOf(word: string): readonly string[] {
  return (parseWord(word) ?? []).flatMap((piece) => ('placeholder' in piece ? [piece.placeholder] : []));
}

/** The word with every value in its place. @param values by name; one that is missing is an error of the caller. */
export function fillWord(word: string, values: Readonly<Record<string, string>>): string {
  return (parseWord(word) ?? [])
    .map((piece) => ('text' in piece ? piece.text : (values[piece.placeholder] ?? '')))
    .join('');
}

/** The words that are the same for all trials: those before the first with a placeholder. Workers are chosen by them. */
export function commonWords(run: readonly string[]): readonly string[] {
  const varying = run.findIndex((word) => placeholdersOf(word).length > 0);
  return (varying < 0 ? run : run.slice(0, varying)).map((word) => fillWord(word, {}));
}

/** A value as an argument: lists as JSON, all else as its text. */
export const argumentText = (value: ParameterValue): string =>
  Array.isArray(value) ? JSON.stringify(value) : String(value);
