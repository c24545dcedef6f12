import { allPages } from '../client/all-pages.ts';
import { type GlobalOptions, printJson, printLines } from '../context.ts';
import { renderSweeps } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import type { AddCommand } from './command.ts';
import { examples, wholeNumber } from './options.ts';
import { withClient } from './with-client.ts';

const MAX = 10_000;

export const addLs: AddCommand = (program, cli) => {
  program
    .command('ls')
    .description('list the sweeps, newest first')
    .option('--limit <N>', 'show at most N', wholeNumber(1, MAX), 50)
    .addHelpText(
      'after',
      examples('tickwork ls', 'tickwork ls --limit 5 --json', 'tickwork ls --coordinator lab7:7077'),
    )
    .action(async (_, command) => {
      const options = command.optsWithGlobals() as GlobalOptions & { readonly limit: number };
      const sweeps = await withClient(cli, options, (client) =>
        allPages(async (pageToken) => {
          const page = await client.listSweeps({ pageSize: Math.min(options.limit, 1000), pageToken });
          return { items: page.sweeps, nextPageToken: page.nextPageToken };
        }, options.limit),
      );
      if (options.json) printJson(cli, { sweeps: messageJson(sweeps) });
      else printLines(cli, renderSweeps(sweeps));
    });
};
