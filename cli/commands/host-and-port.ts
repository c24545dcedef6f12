import { InvalidArgumentError } from 'commander';

/** Reads `host:port` or `[v6]:port`. */
export function hostAndPort(text: string): { readonly host: string; readonly port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^\s:/]+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65_535) throw new InvalidArgumentError(`Expected HOST:PORT, got ${JSON.stringify(text)}.`);
  return { host: match[1] as string, port };
}
