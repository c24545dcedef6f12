import type { Sweep__Output } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { CoordinatorClient } from '../client/coordinator-client.ts';
import { type GlobalOptions, printJson, printLines, sweepNameOf } from '../context.ts';
import { renderSweeps } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import type { AddCommand } from './command.ts';
import { examples } from './options.ts';
import { withClient } from './with-client.ts';

type Ask = (client: CoordinatorClient, request: { name: string; requestId: string }) => Promise<Sweep__Output>;

export const addPause: AddCommand = addSteering(
  'pause',
  'start no further cell of a sweep; what runs goes on',
  (client, request) => client.pauseSweep(request),
);

export const addResume: AddCommand = addSteering('resume', 'let a paused sweep go on', (client, request) =>
  client.resumeSweep(request),
);

function addSteering(verb: string, description: string, ask: Ask): AddCommand {
  return (program, cli) => {
    program
      .command(`${verb} <SWEEP>`)
      .description(description)
      .addHelpText('after', examples(`tickwork ${verb} vgg-demo-1`, `tickwork ${verb} vgg-demo-1 --json`))
      .action(async (sweep: string, _, command) => {
        const options = command.optsWithGlobals() as GlobalOptions;
        const request = { name: sweepNameOf(sweep), requestId: cli.uuid() };
        const answer = await withClient(cli, options, (client) => ask(client, request));
        if (options.json) printJson(cli, messageJson(answer));
        else printLines(cli, renderSweeps([answer]));
      });
  };
}
