import type { Worker__Output } from '../../proto/generated/tickwork/v1/Worker.ts';
import { allPages } from '../client/all-pages.ts';
import type { CoordinatorClient } from '../client/coordinator-client.ts';
import { type GlobalOptions, printJson, printLines } from '../context.ts';
import { renderWorkers } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import type { AddCommand } from './command.ts';
import { examples } from './options.ts';
import { withClient } from './with-client.ts';

const MAX = 10_000;

export function allWorkers(client: CoordinatorClient): Promise<readonly Worker__Output[]> {
  return allPages(async (pageToken) => {
    const page = await client.listWorkers({ pageSize: 1000, pageToken });
    return { items: page.workers, nextPageToken: page.nextPageToken };
  }, MAX);
}

export const addWorkers: AddCommand = (program, cli) => {
  program
    .command('workers')
    .description('list the workers and what they run')
    .addHelpText('after', examples('tickwork workers', 'tickwork workers --json'))
    .action(async (_, command) => {
      const options = command.optsWithGlobals() as GlobalOptions;
      const workers = await withClient(cli, options, allWorkers);
      if (options.json) printJson(cli, { workers: messageJson(workers) });
      else printLines(cli, renderWorkers(workers));
    });
};
