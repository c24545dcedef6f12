import { TickworkError } from '../core/errors.ts';
import { type CliContext, note, printJson } from './context.ts';
import { exitCodeOf, Interrupted } from './exit-codes.ts';
import { visible } from './render/display-width.ts';

/** An error about a file that the person named: its places are shown with the file's name. */
export class InFile extends Error {
  readonly file: string;
  readonly error: TickworkError;

  constructor(file: string, error: TickworkError) {
    super(error.message, { cause: error });
    this.file = file;
    this.error = error;
  }
}

/** Tells a failure on stderr, and as JSON on stdout where JSON was asked for; sets the exit code. */
export function printError(cli: CliContext, thrown: unknown, json: boolean): void {
  const file = thrown instanceof InFile ? thrown.file : undefined;
  const error = thrown instanceof InFile ? thrown.error : thrown;
  const code = exitCodeOf(error);
  cli.setExitCode(code);
  for (const line of errorLines(error, file)) note(cli, line);
  if (json) printJson(cli, { error: errorJson(error), exitCode: code });
}

export function errorLines(error: unknown, file?: string): string[] {
  if (error instanceof Interrupted) return [error.message];
  if (!(error instanceof TickworkError)) {
    return [
      `tickwork: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      'This is a defect of Tickwork. Please report it with the lines above.',
    ];
  }
  const places = error.violations.map(({ field, message, line, column }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    const where = [place, field].filter((part) => part !== '').join(' ');
    return visible(where === '' ? message : `${where}: ${message}`);
  });
  // The message of an error with places is those places again, without the file.
  if (places.length > 0) return [...places, `tickwork: ${error.code}, ${places.length} problem(s)`];
  return [`tickwork: ${error.message.split('\n').map(visible).join('\n')} [${error.code}]`];
}

function errorJson(error: unknown): object {
  if (error instanceof TickworkError) {
    return { code: error.code, message: error.message, retryable: error.retryable, violations: error.violations };
  }
  return {
    code: error instanceof Interrupted ? 'INTERRUPTED' : 'INTERNAL',
    message: error instanceof Error ? error.message : String(error),
  };
}
