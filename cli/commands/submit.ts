import { type GlobalOptions, note, printJson, printLines } from '../context.ts';
import { messageJson } from '../render/message-json.ts';
import { renderSweepTable } from '../render/sweep-table.ts';
import type { AddCommand } from './command.ts';
import { examples, NO_REUSE_OPTION, REUSE_OPTION, type ReuseOption, reuseOf } from './options.ts';
import { aboutFile, readStudyFile } from './study-file.ts';
import { wholeTable } from './table.ts';
import { endLine, watchToEnd } from './watch-to-end.ts';
import { withClient } from './with-client.ts';

interface SubmitOptions extends GlobalOptions, ReuseOption {
  readonly wait?: boolean;
  readonly requestId?: string;
  readonly user?: string;
}

export const addSubmit: AddCommand = (program, cli) => {
  program
    .command('submit <FILE>')
    .description('submit a study; prints the name of the sweep')
    .option('--wait', 'follow the sweep to its end and print its table; exit code 1 when a trial failed')
    .option(
      '--user <NAME>',
      'whose share of the slots it has (default: who you are by your token, else on this machine)',
    )
    .option(...REUSE_OPTION)
    .option(...NO_REUSE_OPTION)
    .option('--request-id <UUID>', 'submit at most once under this id (default: a new one)')
    .addHelpText(
      'after',
      examples(
        'tickwork submit studies/demo.yaml',
        'tickwork submit studies/demo.yaml --wait',
        'tickwork submit studies/demo.yaml --json',
      ),
    )
    .action(async (file: string, _, command) => {
      const options = command.optsWithGlobals() as SubmitOptions;
      const studyYaml = await readStudyFile(file);
      const request = {
        requestId: options.requestId ?? cli.uuid(),
        studyYaml,
        ...reuseOf(options),
        user: options.user ?? cli.env['USER'] ?? cli.env['LOGNAME'] ?? '',
      };
      await withClient(cli, options, async (client) => {
        const sweep = await aboutFile(file, () => client.submitSweep(request));
        const id = sweep.name.replace(/^sweeps\//, '');
        if (!options.wait) {
          if (options.json) printJson(cli, messageJson(sweep));
          else printLines(cli, [id]);
          if (!options.json) note(cli, `${sweep.counts?.total ?? 0} trials. Follow them with: tickwork watch ${id}`);
          return;
        }
        if (!options.json) printLines(cli, [id]);
        const last = await watchToEnd(cli, client, sweep.name, options.json ? cli.stderr : cli.stdout);
        const table = await wholeTable(client, { parent: sweep.name });
        if (options.json) printJson(cli, messageJson({ sweep: last, table }));
        else printLines(cli, ['', ...renderSweepTable(table), '', endLine(last)]);
      });
    });
};
