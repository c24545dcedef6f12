import { TickworkError } from '../../core/errors.ts';
import { FAILURE_KINDS, type FailureKind } from '../../core/trial/states.ts';
import { failureKindCodec } from '../../proto/enums.ts';
import { type GlobalOptions, note, printJson, printLines, sweepNameOf } from '../context.ts';
import { renderSweeps } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import type { AddCommand } from './command.ts';
import { commaList, examples } from './options.ts';
import { withClient } from './with-client.ts';

interface RetryOptions extends GlobalOptions {
  readonly failed?: boolean;
  readonly kinds?: readonly string[];
}

export const addRetry: AddCommand = (program, cli) => {
  program
    .command('retry <SWEEP>')
    .description('try failed trials of a sweep again; what succeeded stays')
    .requiredOption('--failed', 'all failed trials, or those that --kinds names')
    .option('--kinds <KINDS>', `only failures of these kinds (${FAILURE_KINDS.join(', ')})`, commaList)
    .addHelpText(
      'after',
      examples(
        'tickwork retry vgg-demo-1 --failed',
        'tickwork retry vgg-demo-1 --failed --kinds out_of_memory,timed_out',
      ),
    )
    .action(async (sweep: string, _, command) => {
      const options = command.optsWithGlobals() as RetryOptions;
      const kinds = (options.kinds ?? []).map((kind) => failureKindCodec.encode(failureKind(kind)));
      const name = sweepNameOf(sweep);
      await withClient(cli, options, async (client) => {
        const before = await client.getSweep(name);
        const answer = await client.retryFailed({ name, requestId: cli.uuid(), kinds });
        if (options.json) return printJson(cli, messageJson(answer));
        printLines(cli, renderSweeps([answer]));
        note(cli, `${(before.counts?.failed ?? 0) - (answer.counts?.failed ?? 0)} trials wait again.`);
      });
    });
};

function failureKind(text: string): FailureKind {
  const kind = FAILURE_KINDS.find((known) => known === text);
  if (kind) return kind;
  throw new TickworkError(
    'ARGUMENT_INVALID',
    `Expected --kinds to be of ${FAILURE_KINDS.join(', ')}, got ${JSON.stringify(text)}.`,
  );
}
