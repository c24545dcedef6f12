import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** What a rival reached, or why there is nothing to compare with. */
export type RivalFigure =
  | { readonly value: number; readonly version: string; readonly details: Readonly<Record<string, unknown>> }
  | { readonly value: null; readonly why: string };

const TIME_LIMIT_MS = 10 * 60_000;

/**
 * Runs a script of `rivals/` with an interpreter. It prints one JSON object on its last line: `{"version", "value", …}`, or
 * `{"why": "…"}` when its library is not there.
 */
export async function askRival(python: string, script: URL, args: readonly string[]): Promise<RivalFigure> {
  const source = readFileSync(script, 'utf8');
  const child = spawn(python, ['-c', source, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS);
  let said = '';
  let complaint = '';
  child.stdout.on('data', (data: Buffer) => (said += data.toString()));
  child.stderr.on('data', (data: Buffer) => (complaint = (complaint + data.toString()).slice(-2_000)));
  const failed = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? undefined : `exit code ${code}`));
  });
  clearTimeout(timer);
  const line = said.trimEnd().split('\n').at(-1) ?? '';
  if (failed !== undefined || !line.startsWith('{')) {
    const last = complaint.trimEnd().split('\n').at(-1) ?? '';
    return {
      value: null,
      why: `${basename(script.pathname)} did not run: ${failed ?? 'it said nothing'} ${last}`.trim(),
    };
  }
  const { why, value, version, ...details } = JSON.parse(line) as {
    readonly why?: string;
    readonly value: number;
    readonly version: string;
  };
  return why === undefined ? { value, version, details } : { value: null, why };
}
