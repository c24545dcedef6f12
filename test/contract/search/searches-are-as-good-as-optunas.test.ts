import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createStream } from '../../../core/random/stream.ts';
import { createSurrogate } from '../../../core/search/expected-improvement.ts';
import type { Observation } from '../../../core/search/observation.ts';
import { suggestPoint } from '../../../core/search/tpe.ts';
import { pythonWith } from '../../support/python.ts';
import { branin } from '../../support/test-functions.ts';

const EVALUATIONS = 60;
const SEEDS = [1, 2, 3, 4, 5, 6, 7];
const MINIMUM = 0.397887;

/** Best regret of Optuna's TPE on Branin for each seed, with its default settings. */
const OPTUNA = `
import json, math, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
def branin(trial):
    x, y = 15 * trial.suggest_float("u", 0, 1) - 5, 15 * trial.suggest_float("v", 0, 1)
    return (y - 5.1 / (4 * math.pi ** 2) * x ** 2 + 5 / math.pi * x - 6) ** 2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10
def best(seed):
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
    study.optimize(branin, n_trials=${EVALUATIONS})
    return study.best_value - ${MINIMUM}
print(json.dumps([best(seed) for seed in ${JSON.stringify(SEEDS)}]))
`;

type Suggest = (observations: readonly Observation[], seed: number) => number[];

function regrets(suggest: Suggest): number[] {
  return SEEDS.map((seed) => {
    const observations: Observation[] = [];
    for (let i = 0; i < EVALUATIONS; i++) {
      const own = createStream(seed, 'startup').at(i);
      const point = i < 10 ? [own.uint32() / 2 ** 32, own.uint32() / 2 ** 32] : suggest(observations, seed);
      observations.push({ point, loss: branin(point) });
    }
    return Math.min(...observations.map(({ loss }) => loss)) - MINIMUM;
  });
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

const python = await pythonWith('optuna');

describe.skipIf(python === undefined)(`on Branin, after ${EVALUATIONS} evaluations`, async () => {
  const optuna =
    python === undefined
      ? []
      : (JSON.parse((await promisify(execFile)(python, ['-c', OPTUNA], { timeout: 55_000 })).stdout) as number[]);

  it("our TPE is as near the minimum as Optuna's, give or take what seven seeds can tell", () => {
    const ours = regrets((seen, seed) => suggestPoint([{}, {}], seen, createStream(seed, 'tpe').at(seen.length)));
    expect(median(ours)).toBeLessThan(3 * median(optuna));
  });

  it("the Gaussian process is nearer than Optuna's TPE", () => {
    const ours = regrets((seen, seed) =>
      createSurrogate([{}, {}], seen, createStream(seed, 'gp-fit').at(seen.length)).suggest(
        [],
        createStream(seed, 'gp').at(seen.length),
      ),
    );
    expect(median(ours)).toBeLessThan(median(optuna));
  });
});
