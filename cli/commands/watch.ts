import { type GlobalOptions, printLines, sweepNameOf } from '../context.ts';
import type { AddCommand } from './command.ts';
import { examples } from './options.ts';
import { endLine, watchToEnd } from './watch-to-end.ts';
import { withClient } from './with-client.ts';

export const addWatch: AddCommand = (program, cli) => {
  program
    .command('watch <SWEEP>')
    .description('follow a sweep until it is finished; with --json one object a line')
    .addHelpText('after', examples('tickwork watch vgg-demo-1', 'tickwork watch vgg-demo-1 --json | jq .sweep.counts'))
    .action(async (sweep: string, _, command) => {
      const options = command.optsWithGlobals() as GlobalOptions;
      const name = sweepNameOf(sweep);
      await withClient(cli, options, async (client) => {
        const last = await watchToEnd(cli, client, name, options.json ? 'json-lines' : cli.stdout);
        if (!options.json) printLines(cli, [endLine(last)]);
      });
    });
};
