import { join } from 'node:path';
import { Option } from 'commander';
import { readCredentials } from '../../proto/credentials/credentials-folder.ts';
import { createLogger, LOG_LEVELS, type LogLevel } from '../../runtime/logger.ts';
import { type GlobalOptions, note } from '../context.ts';
import { credentialsFolder } from '../credentials/shown-credentials.ts';
import { cacheFolder } from '../provision/cache-folder.ts';
import { PACKAGE_ROOT, unpackedPackageRoot } from '../provision/fashion-mnist.ts';
import { workerSignals } from '../worker-signals.ts';
import type { AddCommand } from './command.ts';
import { chooseExecutor } from './engine/choose-executor.ts';
import { addExecutorOptions, type ExecutorOptionValues, executorWish } from './engine/executor-options.ts';
import { byteCount, collect, examples, keyValue, wholeNumber, words } from './options.ts';
import { coordinatorAddress } from './with-client.ts';

interface WorkerOptions extends GlobalOptions, ExecutorOptionValues {
  readonly name?: string;
  readonly slots: number;
  readonly threads?: number;
  readonly stateDir: string;
  readonly checkpointDir?: string;
  readonly datasetRoot?: readonly string[];
  readonly loaderThreads?: number;
  readonly pixelCacheMib?: number;
  readonly memory?: number;
  readonly drainGrace?: number;
  readonly label?: Readonly<Record<string, string>>;
  readonly allowCommand?: readonly (readonly string[])[];
  readonly commandDir?: string;
  readonly nats?: readonly string[];
  readonly logLevel: LogLevel;
}

export const addWorker: AddCommand = (program, cli) => {
  const command = program
    .command('worker')
    .description('run a worker until Ctrl-C: take trials from the coordinator, train them, send results')
    .option(
      '--name <NAME>',
      'unique in the cluster and the same at every start (default: that of its certificate, else made of the host name)',
    )
    .option('--slots <N>', 'trials at the same time', wholeNumber(1, 64), 1)
    .option('--threads <N>', "CPU threads of each trial (default: the machine's, shared evenly)", wholeNumber(1, 1024))
    .option(
      '--state-dir <DIR>',
      'holds results that are not committed yet; of this worker alone',
      join('.tickwork', 'worker'),
    )
    .option(
      '--checkpoint-dir <DIR>',
      'holds checkpoints and kept weights; workers may share it (default: in the state directory)',
    )
    .option('--dataset-root <DIR>', 'folder that holds datasets; may be given again', collect)
    .option(
      '--loader-threads <N>',
      'threads of each trial that read images ahead of it (default: 1)',
      wholeNumber(0, 64),
    )
    .option(
      '--pixel-cache-mib <N>',
      'decoded photographs that each trial keeps (default: 1024)',
      wholeNumber(0, 1_048_576),
    )
    .option(
      '--memory <SIZE>',
      'memory of each device that its trials may take together, such as 12GiB (default: all of it)',
      byteCount,
    )
    .option(
      '--drain-grace <SECONDS>',
      'after SIGTERM, how long running trials may take to finish before they are given back (default: as long as they need)',
      wholeNumber(0, 2_000_000),
    )
    .option('--label <KEY=VALUE>', 'a word that studies may ask for; may be given again', keyValue)
    .option(
      '--allow-command <PREFIX>',
      'run commands of studies that begin with these words; may be given again (default: none is run)',
      words,
    )
    .option('--command-dir <DIR>', 'where commands are started (default: here)')
    .option(
      '--nats <URL>',
      'address of NATS as this machine sees it; may be given again (default: as the coordinator says)',
      collect,
    );
  addExecutorOptions(command)
    .addOption(new Option('--log-level <LEVEL>', 'what is logged on stderr').choices(LOG_LEVELS).default('info'))
    .addHelpText(
      'after',
      examples(
        'tickwork worker --coordinator lab7:7077',
        'tickwork worker --coordinator lab7:7077 --name gpu3 --slots 2 --label gpu=h200',
        'tickwork worker --coordinator lab7:7077 --executor torch',
        'tickwork worker --allow-command "python3 train.py"',
        'tickwork worker --dataset-root /data/sets --state-dir /var/lib/tickwork/worker',
      ),
    )
    .action(async (_, self) => {
      const options = self.optsWithGlobals() as WorkerOptions;
      // Loaded here, so that `tickwork ls` does not wait for what only a worker needs.
      const { parseWorkerConfig } = await import('../../worker/config.ts');
      const { runWorker } = await import('../../worker/main.ts');
      const credentials = credentialsFolder(cli, options);
      const cached = join(cacheFolder(cli.machine), 'datasets');
      const engineCache = join(cacheFolder(cli.machine), 'engine');
      const threads = options.threads ?? Math.max(1, Math.floor(cli.machine.cpus / options.slots));
      // Before executors are tried, which takes seconds: a mistake is told at once.
      const settings = parseWorkerConfig(
        {
          coordinator: coordinatorAddress(cli, options),
          name: options.name ?? workerNameOf(credentials, cli.clock.now()),
          slots: options.slots,
          threadsPerSlot: threads,
          precision: options.precision,
          deterministic: options.deterministic,
          checkFirstBatch: options.checkFirstBatch,
          engineCache,
          stateDir: options.stateDir,
          checkpointFolder: options.checkpointDir,
          datasetRoots: [...(options.datasetRoot ?? []), PACKAGE_ROOT, cached, unpackedPackageRoot(cli.machine)],
          loaderThreads: options.loaderThreads,
          pixelCacheMiB: options.pixelCacheMib,
          memoryBytes: options.memory,
          labels: options.label,
          allowedCommands: options.allowCommand,
          commandFolder: options.commandDir,
          natsServers: options.nats,
          credentials,
          token: cli.env.TICKWORK_TOKEN || undefined,
          logLevel: options.logLevel,
        },
        cli.machine,
      );
      const chosen = await chooseExecutor(cli, executorWish(options, threads), engineCache, (line) => note(cli, line));
      const config = { ...settings, executor: chosen.executor, device: chosen.options.device };
      // Files that were replaced are read at the next connection anyway; a hang-up must not end the worker.
      if (config.credentials !== undefined) cli.onHangup(() => {});
      const graceMs = options.drainGrace === undefined ? Number.POSITIVE_INFINITY : 1_000 * options.drainGrace;
      await runWorker(config, {
        ...workerSignals(cli, graceMs),
        logger: createLogger('worker', config.logLevel),
        clock: cli.clock,
        random: cli.random,
        devices: chosen.devices,
        onEvent: (event) => {
          if (event.type === 'stream:open') cli.parent?.ready({});
        },
      });
    });
};

/** A worker runs under the name of its credentials, so they need not say it twice. */
function workerNameOf(folder: string | undefined, now: number): string | undefined {
  const identity = folder === undefined ? undefined : readCredentials(folder, now).tls?.own?.identity;
  return identity?.role === 'worker' ? identity.name : undefined;
}
