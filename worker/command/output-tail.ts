/** What of a program's output is kept with a failed trial. An event of the log takes 2,000 characters. */
const KEPT_LINES = 40;
const KEPT_LINE_LENGTH = 300;
const KEPT_CHARACTERS = 1_600;

/** The last lines that a program has printed, stdout and stderr as they came. */
export interface OutputTail {
  add(line: string): void;
  lines(): readonly string[];
  /** `what` and below it the last lines. */
  after(what: string): string;
}

export function createOutputTail(): OutputTail {
  const kept: string[] = [];

  /** The last of them that fit. */
  function lines(): readonly string[] {
    let characters = 0;
    const first = kept.findLastIndex((line) => (characters += line.length + 1) > KEPT_CHARACTERS);
    return kept.slice(first + 1);
  }

  return {
    add(line) {
      kept.push(line.slice(0, KEPT_LINE_LENGTH));
      if (kept.length > KEPT_LINES) kept.shift();
    },
    lines,
    after: (what) =>
      kept.length === 0 ? `${what} It printed nothing.` : `${what} It printed last:\n${lines().join('\n')}`,
  };
}
