import { InvalidArgumentError } from 'commander';
import { parseBytes } from '../../core/placement/bytes.ts';

/** Parser of a commander option: a whole number in a range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}, got ${JSON.stringify(text)}.`);
  };
}

/** Parser of an option: `12GiB`, or a number of bytes. */
export function byteCount(text: string): number {
  const bytes = parseBytes(/^\d+$/.test(text) ? Number(text) : text);
  if (bytes !== undefined && bytes > 0) return bytes;
  throw new InvalidArgumentError(`Expected a size such as 12GiB or 500MB, got ${JSON.stringify(text)}.`);
}

/** Parser of a repeatable option. */
export function collect(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text];
}

/** Parser of a repeatable list of words: with spaces between them, or as JSON. */
export function words(text: string, before: readonly (readonly string[])[] | undefined): string[][] {
  const list: unknown = text.startsWith('[') ? parseJson(text) : text.split(/\s+/).filter((word) => word !== '');
  const good = Array.isArray(list) && list.length > 0 && list.every((word) => typeof word === 'string' && word !== '');
  if (good) return [...(before ?? []), list as string[]].map((one) => [...one]);
  throw new InvalidArgumentError(
    `Expected words such as "python3 train.py" or ["python3", "my train.py"], got ${JSON.stringify(text)}.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `a,b` */
export function commaList(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => name !== '')) return names;
  throw new InvalidArgumentError(`Expected names with commas between them, got ${JSON.stringify(text)}.`);
}

/** Parser of a repeatable `key=value`. */
export function keyValue(text: string, before: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const match = /^([^=]+)=(.*)$/s.exec(text);
  if (!match) throw new InvalidArgumentError(`Expected key=value, got ${JSON.stringify(text)}.`);
  return { ...before, [match[1] as string]: match[2] as string };
}

export const REUSE_OPTION = [
  '--reuse',
  'give cells the results of equal trials of other sweeps (default: as the study says)',
] as const;
export const NO_REUSE_OPTION = ['--no-reuse', 'train every cell, whatever the study says'] as const;

export interface ReuseOption {
  readonly reuse?: boolean;
}

/** What a request says of it: nothing where nobody has. */
export const reuseOf = ({ reuse }: ReuseOption): ReuseOption => (reuse === undefined ? {} : { reuse });

/** Examples under a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
