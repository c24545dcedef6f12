import { resolve } from 'node:path';
import { type GlobalOptions, printJson, printLines } from '../context.ts';
import { type LocalOptions, provisionAndStart } from '../local/provision-and-start.ts';
import { untilAborted } from '../until-aborted.ts';
import type { AddCommand } from './command.ts';
import { addLocalOptions } from './local-cluster-options.ts';
import { examples, wholeNumber } from './options.ts';

interface UpOptions extends LocalOptions, GlobalOptions {
  readonly stateDir: string;
  readonly port: number;
  readonly httpPort: number;
}

export const addUp: AddCommand = (program, cli) => {
  const command = program
    .command('up')
    .description('run NATS, a coordinator and workers on this machine until Ctrl-C; what dies is started again');
  addLocalOptions(command, 1, 0)
    .option('--state-dir <DIR>', 'where everything is kept', '.tickwork')
    .option('--port <N>', 'gRPC port on 127.0.0.1; 0 takes a free one', wholeNumber(0, 65_535), 7077)
    .option(
      '--http-port <N>',
      'port of the page and /metrics on 127.0.0.1; 0 takes a free one',
      wholeNumber(0, 65_535),
      7078,
    )
    .addHelpText(
      'after',
      examples('tickwork up', 'tickwork up --workers 4 --threads 2', 'tickwork up --workers 0 --port 0 --json'),
    )
    .action(async (_, self) => {
      const options = self.optsWithGlobals() as UpOptions;
      const say = (line: string): void => cli.stderr.write(`${line}\n`);
      const cluster = await provisionAndStart(cli, {
        ...options,
        stateDir: resolve(options.stateDir),
        grpcPort: options.port,
        say,
      });
      try {
        const { coordinator, page, nats } = cluster;
        if (options.json)
          printJson(cli, { coordinator, page, metrics: `${page}/metrics`, nats, pids: cluster.pids() }, true);
        else {
          printLines(cli, [
            `gRPC     ${coordinator}   (tickwork --coordinator ${coordinator} submit FILE)`,
            `page     ${page}/`,
            `metrics  ${page}/metrics`,
            `NATS     ${nats}`,
            `state    ${resolve(options.stateDir)}`,
            `${options.workers} workers. Ctrl-C ends it.`,
          ]);
        }
        await Promise.race([untilAborted(cli.signal), cluster.gaveUp]);
      } finally {
        await cluster.release();
      }
    });
};
