import { randomUUID } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';
import { parseWorkerConfig } from '../../../worker/config.ts';
import { runWorker } from '../../../worker/main.ts';
import { startCommand } from '../../support/cli-run.ts';
import { startCluster } from '../../support/cluster.ts';
import { compileSources } from '../../support/compiled-sources.ts';
import { eventually } from '../../support/eventually.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples/command/', import.meta.url));

let sources: Awaited<ReturnType<typeof compileSources>>;
beforeAll(async () => {
  sources = await compileSources();
});
afterAll(async () => sources[Symbol.asyncDispose]());

/** A worker of this process that runs Python, and how to end it. */
function startPython(coordinator: string, name: string, folder: string, checkpointFolder: string) {
  const stop = new AbortController();
  const config = parseWorkerConfig(
    {
      ...{ coordinator, name, slots: 2, checkpointFolder, stateDir: join(folder, name) },
      allowedCommands: [['python3']],
      commandFolder: EXAMPLES,
    },
    { hostname: 'test', cpus: 2 },
  );
  const trialProcess = join(sources.dist, 'worker/training/trial-process.js');
  const ended = runWorker(config, { signal: stop.signal, logger: createLogger('test', 'silent'), trialProcess });
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

it('the example of three stages runs on workers that share a folder, each trial after those that it waits for', async () => {
  await using cluster = await startCluster();
  const { client, grpc } = await cluster.startCoordinator();
  const studyYaml = await readFile(join(EXAMPLES, 'stages.yaml'), 'utf8');
  const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml });
  const id = name.replace('sweeps/', '');
  const run = (...args: string[]) => startCommand(['--coordinator', grpc, ...args]).ended;
  expect((await run('plan', join(EXAMPLES, 'stages.yaml'))).out).toContain(
    'stage=tune width=4 rate=0.01, stage=tune width=4 rate=0.05',
  );
  expect((await run('why', id, '6')).out).toContain(
    'waits for cell 2 (stage=tune width=4 rate=0.01 seed 1) and 1 more',
  );
  const shared = join(cluster.folder, 'shared');
  await using _first = startPython(grpc, 'first', cluster.folder, shared);
  await using _second = startPython(grpc, 'second', cluster.folder, shared);
  const sweep = await eventually(
    'the end of the sweep',
    async () => {
      const found = await client.getSweep({ name });
      return found.state === 'SWEEP_STATE_COMPLETED' ? found : undefined;
    },
    60_000,
  );
  expect(sweep.counts).toMatchObject({ succeeded: 16, failed: 0, blocked: 0 });
  // The last stage has left nothing for anybody.
  const left = (await readdir(join(shared, 'outputs'))).map((cell) => Number(cell.split('.')[1]));
  expect(left.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13]);
  const metricOf = async (cell: number) => {
    const { metrics } = await client.getTrial({ name: `${name}/trials/${cell}` });
    return metrics[0]?.value as number;
  };
  for (const [test, tuned] of [
    [6, [2, 3]],
    [7, [4, 5]],
  ] as const) {
    // Another draw of test points, but of the better of the two.
    const errors = await Promise.all(tuned.map(metricOf));
    expect(await metricOf(test)).toBeLessThan(Math.max(...errors) + 0.1);
  }
}, 120_000);

it('a worker that has not what a trial waits for fails it by name; one that has it runs it', async () => {
  await using cluster = await startCluster();
  const { client, grpc } = await cluster.startCoordinator();
  const go = join(cluster.folder, 'go');
  const program = join(cluster.folder, 'handed.py');
  const lines = [
    'import os, sys, time',
    'if sys.argv[1] == "leave":',
    `    while not os.path.exists(${JSON.stringify(go)}): time.sleep(0.02)`,
    '    open(os.environ["TICKWORK_OUTPUT_DIR"] + "/x", "w").write("7")',
    'else: assert open(os.environ["TICKWORK_UPSTREAM_DIR"] + "/x").read() == "7"',
    `open(os.environ["TICKWORK_METRICS_FILE"], "a").write('{"result": {"good": 1}}')`,
  ];
  await writeFile(program, lines.join('\n'));
  const studyYaml = [
    'study: handed',
    `command: [python3, ${JSON.stringify(program)}, "{step}"]`,
    'factors: { step: [leave, take] }',
    'after: [{ cells: step == "take", waitFor: step == "leave" }]',
    'maxAttempts: 1',
    'table: { metrics: [good] }',
  ].join('\n');
  const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml });
  const inState = (cell: number, state: string) =>
    eventually(`cell ${cell} to be ${state}`, async () => {
      const found = await client.getTrial({ name: `${name}/trials/${cell}` });
      return found.state === `TRIAL_STATE_${state}` ? found : undefined;
    });
  const own = join(cluster.folder, 'own');
  {
    await using _owner = startPython(grpc, 'owner', cluster.folder, own);
    await inState(0, 'RUNNING');
    await client.pauseSweep({ requestId: randomUUID(), name });
    await writeFile(go, '');
    await inState(0, 'SUCCEEDED');
  }
  {
    await using _stranger = startPython(grpc, 'stranger', cluster.folder, join(cluster.folder, 'other'));
    await client.resumeSweep({ requestId: randomUUID(), name });
    expect(await inState(1, 'FAILED')).toMatchObject({
      failureKind: 'FAILURE_KIND_INFRASTRUCTURE',
      failureMessage: expect.stringMatching(/outputs\/handed-1\.0\/attempt-1\.json.* have to share --checkpoint-dir/),
    });
  }
  await using _owner = startPython(grpc, 'owner', cluster.folder, own);
  await client.retryFailed({ requestId: randomUUID(), name, kinds: [] });
  await inState(1, 'SUCCEEDED');
}, 120_000);
