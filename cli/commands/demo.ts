import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { GlobalOptions } from '../context.ts';
import { type DemoOptions, runDemo } from '../demo/demo.ts';
import { packageRoot } from '../package-root.ts';
import type { AddCommand } from './command.ts';
import { addLocalOptions } from './local-cluster-options.ts';
import { examples } from './options.ts';

export const addDemo: AddCommand = (program, cli) => {
  const command = program
    .command('demo')
    .description('run a VGG grid on a cluster of its own on this machine, print the table, leave nothing behind');
  addLocalOptions(command, 2, 1)
    .option('--study <FILE>', 'another study (default: studies/demo.yaml)')
    .option('--state-dir <DIR>', 'keep the state in this folder (default: a temporary one)')
    .option('--keep', 'leave everything serving until Ctrl-C')
    .addHelpText(
      'after',
      examples('tickwork demo', 'tickwork demo --keep', 'tickwork demo --workers 4 --study studies/demo.yaml --json'),
    )
    .action(async (_, self) => {
      const options = self.optsWithGlobals() as Omit<DemoOptions, 'study'> &
        GlobalOptions & { readonly study?: string };
      const study = options.study ?? join(packageRoot(fileURLToPath(import.meta.url)), 'studies', 'demo.yaml');
      await runDemo(cli, { ...options, study });
    });
};
