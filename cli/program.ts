import { Command, CommanderError } from 'commander';
import { SOFTWARE_VERSION } from '../proto/protocol-version.ts';
import { addCancel } from './commands/cancel.ts';
import { addCerts } from './commands/certs.ts';
import type { AddCommand } from './commands/command.ts';
import { addCoordinator } from './commands/coordinator.ts';
import { addDemo } from './commands/demo.ts';
import { addDrain } from './commands/drain.ts';
import { addEdit } from './commands/edit.ts';
import { addEngine } from './commands/engine/engine.ts';
import { addLs } from './commands/ls.ts';
import { addNatsConfig } from './commands/nats-config.ts';
import { examples } from './commands/options.ts';
import { addPause, addResume } from './commands/pause.ts';
import { addPlan } from './commands/plan.ts';
import { addRetry } from './commands/retry.ts';
import { addStatus } from './commands/status.ts';
import { addSubmit } from './commands/submit.ts';
import { addTable } from './commands/table.ts';
import { addTokenCommands } from './commands/token.ts';
import { addTrials } from './commands/trials.ts';
import { addUp } from './commands/up.ts';
import { addWatch } from './commands/watch.ts';
import { addWeights } from './commands/weights.ts';
import { addWhy } from './commands/why.ts';
import { DEFAULT_COORDINATOR } from './commands/with-client.ts';
import { addWorker } from './commands/worker.ts';
import { addWorkers } from './commands/workers.ts';
import type { CliContext } from './context.ts';
import { EXIT, EXIT_CODE_HELP } from './exit-codes.ts';
import { printError } from './print-error.ts';

const COMMANDS: readonly AddCommand[] = [
  addDemo,
  addUp,
  addCoordinator,
  addWorker,
  addPlan,
  addSubmit,
  addWatch,
  addLs,
  addTrials,
  addTable,
  addWhy,
  addEdit,
  addPause,
  addResume,
  addRetry,
  addCancel,
  addWorkers,
  addDrain,
  addStatus,
  addWeights,
  addCerts,
  addTokenCommands,
  addNatsConfig,
  addEngine,
];

/** The whole command line; parse it with runCli. */
export function createProgram(cli: CliContext): Command {
  const program = new Command('tickwork')
    .description('Runs grids of ConvNet trials over many workers and publishes the table.')
    .version(SOFTWARE_VERSION)
    .option(
      '--coordinator <HOST:PORT>',
      `the coordinator to talk to, and after commas those that stand by for it (default: $TICKWORK_COORDINATOR, else ${DEFAULT_COORDINATOR})`,
    )
    .option(
      '--credentials <DIR>',
      'folder of credentials, as `tickwork certs` makes it (default: $TICKWORK_CREDENTIALS; a token also from $TICKWORK_TOKEN)',
    )
    .option('--json', 'print JSON on stdout, and nothing else there')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => cli.stdout.write(text),
      writeErr: (text) => cli.stderr.write(text),
      getOutHelpWidth: () => cli.stdout.columns,
      getErrHelpWidth: () => cli.stderr.columns,
      getOutHasColors: () => cli.stdout.colour,
      getErrHasColors: () => cli.stderr.colour,
    })
    .exitOverride()
    .showHelpAfterError('(see `tickwork --help`, or `tickwork COMMAND --help`)')
    .addHelpText(
      'after',
      `${examples('tickwork demo', 'tickwork up', 'tickwork submit studies/demo.yaml --wait', 'tickwork table vgg-demo-1 --format latex')}\n${EXIT_CODE_HELP}`,
    );
  for (const add of COMMANDS) add(program, cli);
  return program;
}

/** Runs one command line. Never throws; the outcome is the context's exit code. @param args without `node` and the program. */
export async function runCli(cli: CliContext, args: readonly string[]): Promise<void> {
  try {
    await createProgram(cli).parseAsync([...args], { from: 'user' });
    if (args.length === 0) cli.setExitCode(EXIT.badInput);
  } catch (error) {
    // Help and version come this way too, with exit code 0; commander has printed what there is to say.
    if (error instanceof CommanderError) cli.setExitCode(error.exitCode === 0 ? EXIT.ok : EXIT.badInput);
    else printError(cli, error, args.includes('--json'));
  }
}
