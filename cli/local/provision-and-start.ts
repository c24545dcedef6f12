import { join, resolve } from 'node:path';
import { chooseExecutor } from '../commands/engine/choose-executor.ts';
import { type ExecutorOptionValues, executorArguments, executorWish } from '../commands/engine/executor-options.ts';
import type { CliContext } from '../context.ts';
import { cacheFolder } from '../provision/cache-folder.ts';
import { findFashionMnist } from '../provision/fashion-mnist.ts';
import { findNatsServer } from '../provision/nats-server.ts';
import { type LocalCluster, startLocalCluster } from './local-cluster.ts';

/** What `tickwork up` and `tickwork demo` have in common. */
export interface LocalOptions extends ExecutorOptionValues {
  readonly workers: number;
  readonly threads?: number;
  readonly allowCommand?: readonly (readonly string[])[];
  readonly datasetRoot?: readonly string[];
  readonly natsServer?: string;
}

export interface StartOptions extends LocalOptions {
  readonly stateDir: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly say: (line: string) => void;
}

/** CPU threads of each worker's trial: the machine's, shared evenly. */
export function threadsPerWorker(options: LocalOptions, cpus: number): number {
  return options.threads ?? Math.max(1, Math.floor(cpus / Math.max(1, options.workers)));
}

/** Finds what a cluster on this machine needs, fetching what is missing, and starts it. */
export async function provisionAndStart(cli: CliContext, options: StartOptions): Promise<LocalCluster> {
  const { machine, signal, say } = { ...cli, say: options.say };
  const context = { machine, signal, say };
  const given = options.natsServer;
  const natsProgram = await findNatsServer(context, given === undefined ? {} : { given: resolve(given) });
  const roots = (options.datasetRoot ?? []).map((root) => resolve(root));
  const found = options.workers > 0 ? [await findFashionMnist(context, { roots })] : [];
  const threads = threadsPerWorker(options, machine.cpus);
  // Once for all workers, which would measure at the same time otherwise.
  const chosen =
    options.workers > 0
      ? await chooseExecutor(cli, executorWish(options, threads), join(cacheFolder(machine), 'engine'), say)
      : undefined;
  return startLocalCluster({
    stateDir: options.stateDir,
    natsProgram,
    workers: options.workers,
    threads,
    executorArguments:
      chosen === undefined
        ? []
        : executorArguments(options, { executor: chosen.executor, device: chosen.options.device }),
    allowedCommands: options.allowCommand ?? [],
    datasetRoots: [...new Set([...roots, ...found])],
    grpcPort: options.grpcPort,
    httpPort: options.httpPort,
    programFile: cli.programFile,
    machine,
    clock: cli.clock,
    random: cli.random,
    signal,
    force: cli.force,
    say,
  });
}
