import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';
import { parseWorkerConfig } from '../../../worker/config.ts';
import { runWorker } from '../../../worker/main.ts';
import { startCluster } from '../../support/cluster.ts';
import { compileSources } from '../../support/compiled-sources.ts';
import { eventually } from '../../support/eventually.ts';
import { startRawWorker } from '../../support/raw-worker.ts';

const EXAMPLES = fileURLToPath(new URL('../../../examples/command/', import.meta.url));

let sources: Awaited<ReturnType<typeof compileSources>>;
beforeAll(async () => {
  sources = await compileSources();
});
afterAll(async () => sources[Symbol.asyncDispose]());

it('the example runs end to end where it is allowed, and nowhere else; a failed trial shows what it printed last', async () => {
  await using cluster = await startCluster();
  const { client, grpc } = await cluster.startCoordinator();
  await using stranger = startRawWorker(grpc, { worker: 'stranger', slots: 2 });
  await using other = startRawWorker(grpc, { worker: 'other', allowedCommands: [{ words: ['python3', 'else.py'] }] });
  for (const worker of [stranger, other]) worker.keepBeating(() => []);

  const studyYaml = await readFile(join(EXAMPLES, 'two-moons.yaml'), 'utf8');
  const { name } = await client.submitSweep({ requestId: randomUUID(), studyYaml });
  const waiting = await eventually('both workers', async () => {
    const { waitingReason } = await client.getTrial({ name: `${name}/trials/0` });
    return /stranger.*other|other.*stranger/s.test(waitingReason) ? String(waitingReason) : undefined;
  });
  expect(waiting).toMatch(/needs a worker started with --allow-command "python3 two_moons.py --lr"/);
  expect(waiting).toMatch(/stranger: it allows no command/);
  expect(waiting).toMatch(/other: it allows other commands only/);

  const stop = new AbortController();
  const config = parseWorkerConfig(
    {
      coordinator: grpc,
      name: 'willing',
      slots: 2,
      stateDir: join(cluster.folder, 'willing'),
      allowedCommands: [
        ['python3', 'two_moons.py'],
        ['python3', '-c'],
      ],
      commandFolder: EXAMPLES,
    },
    { hostname: 'test', cpus: 2 },
  );
  const trialProcess = join(sources.dist, 'worker/training/trial-process.js');
  const ended = runWorker(config, { signal: stop.signal, logger: createLogger('test', 'silent'), trialProcess });
  try {
    const sweep = await eventually(
      'the end of the sweep',
      async () => {
        const found = await client.getSweep({ name });
        return found.state === 'SWEEP_STATE_COMPLETED' ? found : undefined;
      },
      60_000,
    );
    expect(sweep.counts).toMatchObject({ total: 6, succeeded: 6 });
    const { rows, metrics } = await client.getTable({ parent: name });
    expect(metrics.map((metric: { name: string }) => metric.name)).toEqual(['testError', 'trainError']);
    expect(rows.map(({ n }: { n: number }) => n)).toEqual([3, 3]);
    for (const { aggregates } of rows) expect(aggregates[0].mean).toBeLessThan(25);
    const { reports } = await client.listReports({ parent: `${name}/trials/0`, pageSize: 100 });
    expect(reports).toHaveLength(10);
    const trial = await client.getTrial({ name: `${name}/trials/0` });
    expect(JSON.parse(trial.provenanceJson).command).toMatchObject({
      words: ['python3', 'two_moons.py', '--lr', '0.01', '--hidden', '8', '--epochs', '10', '--seed', '1'],
      resumed: false,
    });

    const failing = await client.submitSweep({
      requestId: randomUUID(),
      studyYaml: `study: failing\ncommand: [python3, -c, "print('a'); raise SystemExit('no such dataset: {set}')"]\nfactors: { set: [mnist] }`,
    });
    const failed = await eventually(
      'the failure',
      async () => {
        const found = await client.getTrial({ name: `${failing.name}/trials/0` });
        return found.state === 'TRIAL_STATE_FAILED' ? found : undefined;
      },
      30_000,
    );
    expect(failed).toMatchObject({ failureKind: 'FAILURE_KIND_USER_ERROR', attempt: 1 });
    expect(failed.failureMessage).toMatch(
      /exit code 1. It printed last:\n(a\nno such dataset: mnist|no such dataset: mnist\na)$/,
    );
    expect([...stranger.assignments, ...other.assignments]).toEqual([]);
  } finally {
    stop.abort();
    await ended;
  }
});
