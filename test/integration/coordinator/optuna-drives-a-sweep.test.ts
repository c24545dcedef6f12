import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startCluster } from '../../support/cluster.ts';
import { pythonWith } from '../../support/python.ts';
import SCRIPTS from '../../support/scripted-trials.json' with { type: 'json' };
import { spaceStudyYaml } from '../../support/studies.ts';

const DRIVER = fileURLToPath(new URL('../../../examples/optuna/drive.py', import.meta.url));
const TRIALS = 14;

/** As examples/optuna/study.yaml, of trials that end at once with a test error of `learningRate` in percent. */
const STUDY = spaceStudyYaml({
  seeds: [SCRIPTS.tellLearningRate],
  factors: {
    learningRate: { logUniform: [1e-4, 1e-1] },
    optimiser: ['sgd', 'adam'],
    momentum: { uniform: [0.5, 0.99], when: 'optimiser == "sgd"' },
  },
  extra: { sampler: { ask: { samples: 50 } } },
});

const python = await pythonWith('optuna', 'grpc', 'grpc_tools.protoc');

it.skipIf(python === undefined)(
  "Optuna's TPE asks for configurations, one by one, and is told what the workers find",
  async () => {
    await using cluster = await startCluster();
    const { client, grpc } = await cluster.startCoordinator();
    cluster.startWorker('w1', { slots: 2 });
    const file = join(cluster.folder, 'study.yaml');
    await writeFile(file, STUDY);
    const args = [DRIVER, grpc, file, '--trials', String(TRIALS), '--parallel', '2'];
    const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
    const { stdout } = await promisify(execFile)(python as string, args, { timeout: 80_000, env });
    const lines = stdout.trim().split('\n');
    const name = lines[0] as string;
    expect(lines.filter((line) => line.startsWith('trial '))).toHaveLength(TRIALS);

    const sweep = await client.getSweep({ name });
    expect(sweep).toMatchObject({ state: 'SWEEP_STATE_COMPLETED', counts: { total: TRIALS, succeeded: TRIALS } });
    const { rows } = await client.getTable({ parent: name });
    const errors = rows.map(({ aggregates }: { aggregates: { mean: number }[] }) => aggregates[0]?.mean as number);
    const best = Number(/^best (\S+)/.exec(lines.at(-1) as string)?.[1]);
    expect(Math.min(...errors)).toBeCloseTo(best, 3);
  },
);
