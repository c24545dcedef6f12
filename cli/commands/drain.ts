import { type GlobalOptions, note, printJson, printLines, workerNameOf } from '../context.ts';
import { renderWorkers } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import type { AddCommand } from './command.ts';
import { examples } from './options.ts';
import { withClient } from './with-client.ts';
import { allWorkers } from './workers.ts';

interface DrainOptions extends GlobalOptions {
  readonly wait?: boolean;
}

const LOOK_EVERY_MS = 1_000;

export const addDrain: AddCommand = (program, cli) => {
  program
    .command('drain <WORKER>')
    .description('give a worker nothing new; it finishes what it runs and then leaves')
    .option('--wait', 'return when it has left')
    .addHelpText('after', examples('tickwork drain gpu3', 'tickwork drain gpu3 --wait'))
    .action(async (worker: string, _, command) => {
      const options = command.optsWithGlobals() as DrainOptions;
      const name = workerNameOf(worker);
      await withClient(cli, options, async (client) => {
        const told = await client.drainWorker(name);
        if (options.json) printJson(cli, messageJson(told));
        else printLines(cli, renderWorkers([told]));
        if (!options.wait) {
          if (!options.json) note(cli, `${told.running.length} trials finish; then ${worker} leaves.`);
          return;
        }
        while ((await allWorkers(client)).some((one) => one.name === name && one.state !== 'WORKER_STATE_LOST')) {
          await cli.clock.sleep(LOOK_EVERY_MS, cli.signal);
          cli.signal.throwIfAborted();
        }
        if (!options.json) note(cli, `${worker} has left.`);
      });
    });
};
