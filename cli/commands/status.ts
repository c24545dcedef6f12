import { type GlobalOptions, printJson, printLines } from '../context.ts';
import { renderStatus } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import type { AddCommand } from './command.ts';
import { examples } from './options.ts';
import { withClient } from './with-client.ts';

export const addStatus: AddCommand = (program, cli) => {
  program
    .command('status')
    .description('show the coordinator: versions, durability, what it holds')
    .addHelpText('after', examples('tickwork status', 'tickwork status --json'))
    .action(async (_, command) => {
      const options = command.optsWithGlobals() as GlobalOptions;
      const status = await withClient(cli, options, (client) => client.getStatus());
      if (options.json) printJson(cli, messageJson(status));
      else printLines(cli, renderStatus(status));
    });
};
