import { type GlobalOptions, printJson, printLines, sweepNameOf } from '../context.ts';
import { renderDecisions, renderWhy } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import type { AddCommand } from './command.ts';
import { examples, wholeNumber } from './options.ts';
import { withClient } from './with-client.ts';

export const addWhy: AddCommand = (program, cli) => {
  program
    .command('why <SWEEP> [CELL]')
    .description('say what a cell waits for or what became of it; without a cell, what a search decided')
    .addHelpText('after', examples('tickwork why vgg-demo-1 5', 'tickwork why vgg-demo-1 5 --json'))
    .action(async (sweep: string, cell: string | undefined, _, command) => {
      const options = command.optsWithGlobals() as GlobalOptions;
      const parent = sweepNameOf(sweep);
      if (cell === undefined) {
        const found = await withClient(cli, options, (client) => client.getSweep(parent));
        if (options.json) printJson(cli, messageJson(found));
        else printLines(cli, renderDecisions(found));
        return;
      }
      const name = `${parent}/trials/${wholeNumber(0, 999_999_999)(cell)}`;
      const trial = await withClient(cli, options, (client) => client.getTrial(name));
      if (options.json) printJson(cli, messageJson(trial));
      else printLines(cli, renderWhy(trial));
    });
};
