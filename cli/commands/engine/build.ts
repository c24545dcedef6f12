import { join } from 'node:path';
import { Argument } from 'commander';
import { type GlobalOptions, note, printJson, printLines } from '../../context.ts';
import { cacheFolder } from '../../provision/cache-folder.ts';
import type { AddCommand } from '../command.ts';
import { examples } from '../options.ts';
import { tellEngineErrors } from './engine-errors.ts';

export const addEngineBuild: AddCommand = (engine, cli) => {
  engine
    .command('build')
    .description("compile an executor's addon against the PyTorch or TensorFlow of this machine's Python")
    .addArgument(new Argument('<EXECUTOR>', 'which').choices(['torch', 'tensorflow']))
    .addHelpText(
      'after',
      examples('tickwork engine build torch', 'TICKWORK_PYTHON=~/venv/bin/python tickwork engine build tensorflow'),
    )
    .action(async (name: 'torch' | 'tensorflow', _, self) => {
      const { json } = self.optsWithGlobals() as GlobalOptions;
      const { buildExecutorAddon } = await import('../../../engine/probe/mod.ts');
      if (!json) note(cli, `Building the addon for ${name}; a minute or two the first time.`);
      const built = await tellEngineErrors(() =>
        buildExecutorAddon(name, {
          cacheFolder: join(cacheFolder(cli.machine), 'engine'),
          env: cli.env,
          signal: cli.signal,
        }),
      );
      if (json) printJson(cli, built);
      else {
        const how = built.cached ? 'It was there already' : `Built in ${built.seconds.toFixed(0)} s`;
        printLines(cli, [`${how}, against ${built.library}: ${built.path}`, 'Try it: tickwork engine probe']);
      }
    });
};
