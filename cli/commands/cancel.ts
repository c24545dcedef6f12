import { type GlobalOptions, printJson, printLines, sweepNameOf } from '../context.ts';
import { renderSweeps } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import type { AddCommand } from './command.ts';
import { examples } from './options.ts';
import { withClient } from './with-client.ts';

export const addCancel: AddCommand = (program, cli) => {
  program
    .command('cancel <SWEEP>')
    .description('stop a sweep; committed results stay')
    .addHelpText('after', examples('tickwork cancel vgg-demo-1', 'tickwork cancel vgg-demo-1 --json'))
    .action(async (sweep: string, _, command) => {
      const options = command.optsWithGlobals() as GlobalOptions;
      const request = { name: sweepNameOf(sweep), requestId: cli.uuid() };
      const cancelled = await withClient(cli, options, (client) => client.cancelSweep(request));
      if (options.json) printJson(cli, messageJson(cancelled));
      else printLines(cli, renderSweeps([cancelled]));
    });
};
