import { TickworkError } from '../../core/errors.ts';
import { TRIAL_STATES, type TrialState } from '../../core/trial/states.ts';
import { trialStateCodec } from '../../proto/enums.ts';
import { allPages } from '../client/all-pages.ts';
import { type GlobalOptions, printJson, printLines, sweepNameOf } from '../context.ts';
import { renderTrials } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import type { AddCommand } from './command.ts';
import { examples, wholeNumber } from './options.ts';
import { withClient } from './with-client.ts';

interface TrialsOptions extends GlobalOptions {
  readonly limit: number;
  readonly state?: string;
}

export const addTrials: AddCommand = (program, cli) => {
  program
    .command('trials <SWEEP>')
    .description('list the trials of a sweep: state, worker, metrics, why one waits or failed')
    .option('--state <STATE>', `only trials in this state (${TRIAL_STATES.join(', ')})`)
    .option('--limit <N>', 'show at most N', wholeNumber(1, 1_000_000), 1000)
    .addHelpText(
      'after',
      examples(
        'tickwork trials vgg-demo-1',
        'tickwork trials vgg-demo-1 --state failed',
        'tickwork trials sweeps/vgg-demo-1 --json',
      ),
    )
    .action(async (sweep: string, _, command) => {
      const options = command.optsWithGlobals() as TrialsOptions;
      const parent = sweepNameOf(sweep);
      const state =
        options.state === undefined ? 'TRIAL_STATE_UNSPECIFIED' : trialStateCodec.encode(trialState(options.state));
      const trials = await withClient(cli, options, (client) =>
        allPages(async (pageToken) => {
          const page = await client.listTrials({ parent, state, pageSize: Math.min(options.limit, 1000), pageToken });
          return { items: page.trials, nextPageToken: page.nextPageToken };
        }, options.limit),
      );
      if (options.json) printJson(cli, { trials: messageJson(trials) });
      else printLines(cli, renderTrials(trials));
    });
};

function trialState(text: string): TrialState {
  const state = TRIAL_STATES.find((known) => known === text);
  if (state) return state;
  throw new TickworkError(
    'ARGUMENT_INVALID',
    `Expected --state to be one of ${TRIAL_STATES.join(', ')}, got ${JSON.stringify(text)}.`,
  );
}
