import { type GlobalOptions, printJson, printLines } from '../context.ts';
import { renderPlan } from '../render/listings.ts';
import { messageJson } from '../render/message-json.ts';
import type { AddCommand } from './command.ts';
import { examples, NO_REUSE_OPTION, REUSE_OPTION, type ReuseOption, reuseOf } from './options.ts';
import { aboutFile, readStudyFile } from './study-file.ts';
import { withClient } from './with-client.ts';

export const addPlan: AddCommand = (program, cli) => {
  program
    .command('plan <FILE>')
    .description('check a study and show what it would run; nothing is stored')
    .option(...REUSE_OPTION)
    .option(...NO_REUSE_OPTION)
    .addHelpText('after', examples('tickwork plan studies/demo.yaml', 'tickwork plan studies/demo.yaml --json'))
    .action(async (file: string, _, command) => {
      const options = command.optsWithGlobals() as GlobalOptions & ReuseOption;
      const request = { studyYaml: await readStudyFile(file), ...reuseOf(options) };
      const plan = await withClient(cli, options, (client) => aboutFile(file, () => client.planSweep(request)));
      if (options.json) printJson(cli, messageJson(plan));
      else printLines(cli, renderPlan(plan));
    });
};
