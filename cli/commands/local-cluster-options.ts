import type { Command } from 'commander';
import { addExecutorOptions } from './engine/executor-options.ts';
import { collect, wholeNumber, words } from './options.ts';

const MAX_WORKERS = 64;

/** Options of the commands that start processes on this machine; see local/provision-and-start.ts. */
export function addLocalOptions(command: Command, defaultWorkers: number, fewestWorkers: number): Command {
  return addExecutorOptions(command)
    .option('--workers <N>', 'workers on this machine', wholeNumber(fewestWorkers, MAX_WORKERS), defaultWorkers)
    .option('--threads <N>', "CPU threads of each worker (default: the machine's, shared evenly)", wholeNumber(1, 1024))
    .option(
      '--allow-command <PREFIX>',
      'let workers run commands of studies that begin with these words; may be given again',
      words,
    )
    .option('--dataset-root <DIR>', 'folder that holds datasets; may be given again', collect)
    .option('--nats-server <PATH>', 'the nats-server program (default: found or fetched)');
}
