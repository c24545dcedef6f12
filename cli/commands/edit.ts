import { type GlobalOptions, note, printJson, printLines, sweepNameOf } from '../context.ts';
import { renderSweeps } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import { renderSweepEdit } from '../render/sweep-edit.ts';
import type { AddCommand } from './command.ts';
import { examples } from './options.ts';
import { aboutFile, readStudyFile } from './study-file.ts';
import { withClient } from './with-client.ts';

interface EditOptions extends GlobalOptions {
  readonly yes?: boolean;
  readonly cancelRunning?: boolean;
}

export const addEdit: AddCommand = (program, cli) => {
  program
    .command('edit <SWEEP> <FILE>')
    .description('grow or shrink a live sweep to a changed study; shows what changes first')
    .option('--yes', 'do it without asking')
    .option('--cancel-running', 'end running trials of cells that the study has no more (default: they finish)')
    .addHelpText(
      'after',
      examples('tickwork edit vgg-demo-1 studies/demo.yaml', 'tickwork edit vgg-demo-1 studies/demo.yaml --yes --json'),
    )
    .action(async (sweep: string, file: string, _, command) => {
      const options = command.optsWithGlobals() as EditOptions;
      const { cancelRunning = false } = options;
      const studyYaml = await readStudyFile(file);
      const request = { requestId: cli.uuid(), name: sweepNameOf(sweep), studyYaml, cancelRunning };
      await withClient(cli, options, async (client) => {
        const wanted = await aboutFile(file, () => client.editSweep({ ...request, dryRun: true }));
        if (!options.json) printLines(cli, renderSweepEdit(wanted, cancelRunning));
        if (!options.yes && !(await cli.confirm('Edit the sweep?'))) {
          if (options.json) printJson(cli, messageJson(wanted));
          else note(cli, 'Nothing was changed. Repeat with --yes.');
          return;
        }
        const done = await client.editSweep({ ...request, dryRun: false });
        if (options.json) printJson(cli, messageJson(done));
        else printLines(cli, ['', ...(done.sweep ? renderSweeps([done.sweep]) : [])]);
      });
    });
};
