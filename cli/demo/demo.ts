import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Sweep__Output } from '../../proto/generated/tickwork/v1/Sweep.ts';
import type { Table__Output } from '../../proto/generated/tickwork/v1/Table.ts';
import type { Trial__Output } from '../../proto/generated/tickwork/v1/Trial.ts';
import { createLifecycle } from '../../runtime/lifecycle.ts';
import { type CoordinatorClient, createCoordinatorClient } from '../client/coordinator-client.ts';
import { followSweep, listAllTrials } from '../client/follow-sweep.ts';
import { aboutFile, readStudyFile } from '../commands/study-file.ts';
import { wholeTable } from '../commands/table.ts';
import { endLine, hasFailures } from '../commands/watch-to-end.ts';
import { type CliContext, printJson, printLines } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { LocalCluster } from '../local/local-cluster.ts';
import { type LocalOptions, provisionAndStart, threadsPerWorker } from '../local/provision-and-start.ts';
import { createProgressView, type ProgressView } from '../progress-view.ts';
import { messageJson } from '../render/message-json.ts';
import { formatSeconds, formatShare } from '../render/numbers.ts';
import type { SweepProgress } from '../render/sweep-progress.ts';
import { renderSweepTable } from '../render/sweep-table.ts';
import { untilAborted } from '../until-aborted.ts';
import { createStallWatch } from './stall-watch.ts';
import { utilisation } from './utilisation.ts';

export interface DemoOptions extends LocalOptions {
  readonly study: string;
  readonly stateDir?: string;
  readonly keep?: boolean;
  readonly json?: boolean;
}

/** A coordinator or NATS that was killed is back within seconds; the demo waits for it longer than that. */
const PATIENCE_MS = 60_000;
const MIN_INTERVAL_MS = 200;
const MAX_TRIALS = 100_000;

interface Finished {
  readonly sweep: Sweep__Output;
  readonly table: Table__Output;
  readonly trials: readonly Trial__Output[];
}

/** Starts a cluster of its own, runs a study on it, prints the table, and leaves nothing behind. */
export async function runDemo(cli: CliContext, options: DemoOptions): Promise<void> {
  const studyYaml = await readStudyFile(options.study);
  const shown = options.json ? cli.stderr : cli.stdout;
  await using lifecycle = createLifecycle();
  const view = createProgressView(shown, cli.clock);
  lifecycle.add('progress view', view.close);
  const onInterrupt = (): void => view.say('Stopping everything in order; once more kills it.');
  cli.signal.addEventListener('abort', onInterrupt, { once: true });
  lifecycle.add('interrupt line', () => cli.signal.removeEventListener('abort', onInterrupt));
  const stateDir = await stateDirectory(options, lifecycle.add);

  view.say(`Starting nats-server, a coordinator and ${options.workers} workers …`);
  const cluster = await provisionAndStart(cli, { ...options, stateDir, grpcPort: 0, httpPort: 0, say: view.say });
  lifecycle.add('cluster', cluster.release);
  view.say(`Page ${cluster.page}/  metrics ${cluster.page}/metrics  gRPC ${cluster.coordinator}`);
  view.say(`Processes: ${processList(cluster)}`);

  // Whatever ends the demo also ends its calls and their retries.
  const ending = new AbortController();
  const signal = AbortSignal.any([cli.signal, ending.signal]);
  const client = createCoordinatorClient({
    address: cluster.coordinator,
    signal,
    clock: cli.clock,
    random: cli.random,
    patienceMs: PATIENCE_MS,
  });
  lifecycle.add('client', () => {
    ending.abort();
    client.close();
  });
  const request = { requestId: cli.uuid(), studyYaml };
  const stall = createStallWatch(cli.clock, stateDir);
  lifecycle.add('stall watch', stall.close);
  const running = runStudy({ ...cli, signal }, client, request, options.study, view, stall.seen);
  const finished = await Promise.race([running, cluster.gaveUp, stall.stalled]);
  view.close();

  const { sweep, table } = finished;
  if (hasFailures(sweep) || !table.complete) cli.setExitCode(EXIT.failed);
  report(cli, options, cluster, finished);
  if (options.keep) await keepServing(cli, options, cluster, stateDir, sweep);
}

async function stateDirectory(
  { stateDir }: DemoOptions,
  onEnd: (name: string, release: () => Promise<void>) => void,
): Promise<string> {
  if (stateDir !== undefined) return resolve(stateDir);
  const folder = await mkdtemp(join(tmpdir(), 'tickwork-demo-'));
  onEnd('temporary folder', () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

async function runStudy(
  cli: CliContext,
  client: CoordinatorClient,
  request: { readonly requestId: string; readonly studyYaml: string },
  file: string,
  view: ProgressView,
  seen: (progress: SweepProgress) => void,
): Promise<Finished> {
  const submitted = await aboutFile(file, () => client.submitSweep(request));
  view.say(`Submitted ${file} as ${submitted.name.replace(/^sweeps\//, '')}: ${submitted.counts?.total ?? 0} trials`);
  const { signal, clock, random } = cli;
  let sweep = submitted;
  for await (const progress of followSweep(client, submitted.name, {
    signal,
    clock,
    random,
    patienceMs: PATIENCE_MS,
    minIntervalMs: MIN_INTERVAL_MS,
  })) {
    sweep = progress.sweep;
    seen(progress);
    view.update(progress);
  }
  const table = await wholeTable(client, { parent: sweep.name });
  const trials = await listAllTrials(client, sweep.name, 'TRIAL_STATE_UNSPECIFIED', MAX_TRIALS);
  return { sweep, table, trials };
}

function report(
  cli: CliContext,
  options: DemoOptions,
  cluster: LocalCluster,
  { sweep, table, trials }: Finished,
): void {
  const use = utilisation(sweep, trials, options.workers);
  if (options.json) {
    const { coordinator, page } = cluster;
    printJson(cli, {
      ...(messageJson({ sweep, table, trials }) as object),
      makespanSeconds: use?.makespanSeconds,
      shareInsideTrials: use?.shareInsideTrials,
      workers: options.workers,
      threads: threadsPerWorker(options, cli.machine.cpus),
      addresses: { coordinator, page, metrics: `${page}/metrics` },
    });
    return;
  }
  const threads = threadsPerWorker(options, cli.machine.cpus);
  printLines(cli, [
    '',
    ...renderSweepTable(table),
    '',
    `${endLine(sweep)}.`,
    ...(use === undefined
      ? []
      : [
          `Makespan ${formatSeconds(use.makespanSeconds)} on ${options.workers} workers with ${threads} CPU thread(s) each; ` +
            `${formatShare(use.shareInsideTrials)} of the workers' time was spent inside trials.`,
        ]),
    ...(options.keep
      ? []
      : [`Metrics were at ${cluster.page}/metrics and the page at ${cluster.page}/; with --keep they stay.`]),
  ]);
}

async function keepServing(
  cli: CliContext,
  options: DemoOptions,
  cluster: LocalCluster,
  stateDir: string,
  sweep: Sweep__Output,
): Promise<void> {
  const lines = [
    '',
    'Still serving; Ctrl-C ends it.',
    `  page     ${cluster.page}/`,
    `  metrics  ${cluster.page}/metrics`,
    `  gRPC     ${cluster.coordinator}`,
    `  query    npx tickwork --coordinator ${cluster.coordinator} table ${sweep.name.replace(/^sweeps\//, '')}`,
    `  state    ${stateDir}`,
  ];
  (options.json ? cli.stderr : cli.stdout).write(`${lines.join('\n')}\n`);
  await Promise.race([untilAborted(cli.signal), cluster.gaveUp]);
}

const processList = (cluster: LocalCluster): string =>
  Object.entries(cluster.pids())
    .map(([name, pid]) => `${name} ${pid}`)
    .join(', ');
