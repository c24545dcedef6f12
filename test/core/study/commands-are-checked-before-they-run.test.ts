import { describe, expect, it } from 'vitest';
import type { TickworkError } from '../../../core/errors.ts';
import { createGrid } from '../../../core/grid/grid.ts';
import { planStudy } from '../../../core/plan/plan.ts';
import { loadStudy } from '../../../core/study/load-study.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { EMPTY_CLUSTER } from '../../../core/sweep/state.ts';
import { createGrouping } from '../../../core/table/grouping.ts';
import { buildTable } from '../../../core/table/table.ts';

const yaml = (change: object = {}): string =>
  Object.entries({
    study: 'own',
    command: ['python3', 'train.py', '--lr', '{lr}'],
    parameters: { depth: 3 },
    factors: { lr: [0.1, 0.01] },
    table: { metrics: ['perplexity'], show: ['depth'] },
    ...change,
  })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join('\n');

function fieldsOf(change: object): string[] {
  try {
    loadStudy(yaml(change));
  } catch (error) {
    return (error as TickworkError).violations.map(({ field }) => field);
  }
  return [];
}

describe('a study of a command', () => {
  it('may have any parameters and metrics, and all searches and rules', () => {
    const study = loadStudy(
      yaml({
        command: {
          run: ['python3', 'train.py', '--all={parameters}'],
          grace: 3,
          timeLimit: 60,
          exitCodes: { 3: 'diverged' },
        },
        factors: { lr: { logUniform: [1e-4, 1] } },
        sampler: { tpe: { samples: 8, metric: 'perplexity' } },
        earlyStopping: { asha: { metric: 'perplexity' } },
      }),
    );
    expect(study.command).toEqual({
      run: ['python3', 'train.py', '--all={parameters}'],
      graceSeconds: 3,
      timeLimitSeconds: 60,
      exitCodes: { 3: 'diverged' },
    });
    expect(planStudy(study)).toMatchObject({ cells: 8, estimatedMacs: 0 });
  });

  it.each([
    ['no words', { command: [] }, ['command']],
    ['a brace too many', { command: ['python3', '{lr'] }, ['command[1]']],
    ['a program that varies', { command: ['{lr}'] }, ['command[0]']],
    ['a placeholder without a parameter', { command: ['python3', '--x={x}'] }, ['command[1]']],
    [
      'a placeholder that only some configurations fill',
      { command: ['python3', '{m}'], factors: { lr: [1, 2], m: { values: [1], when: 'lr == 1' } } },
      ['command[1]'],
    ],
    ['a parameter with a name of ours', { parameters: { seed: 3 } }, ['parameters.seed']],
    ['an unknown key', { command: { run: ['a'], shell: true } }, ['command.shell']],
    ['an unknown kind', { command: { run: ['a'], exitCodes: { 3: 'sad' } } }, ['command.exitCodes[3]']],
    ['exit code 0', { command: { run: ['a'], exitCodes: { 0: 'diverged' } } }, ['command.exitCodes[0]']],
    ['a metric that is no name', { table: { metrics: ['a b'] } }, ['table.metrics[0]']],
  ])('with %s is refused, by name', (_, change, fields) => {
    expect(fieldsOf(change).map((field) => field.replace(/\.(\d+)$/, '[$1]'))).toEqual(fields);
  });

  it('without a command has the metrics of the training only', () => {
    expect(fieldsOf({ command: undefined, parameters: {}, factors: {} })).toContain('table.metrics[0]');
  });
});

describe('a sweep of a command', () => {
  const study = loadStudy(yaml());
  const submitted = decide(
    EMPTY_CLUSTER,
    { type: 'submit-sweep', requestId: 'r', study, studyYaml: '', total: createGrid(study).countConfigurations() },
    0,
    { costOf: () => 0 },
  );
  const events = submitted.ok ? submitted.events : ([] as readonly SweepEvent[]);
  const state = events.reduce(evolve, EMPTY_CLUSTER);
  const place = { worker: 'w', device: 0, kind: 'cpu', executor: 'onnx', memoryBytes: 2 ** 30, slots: 1, labels: {} };
  const grant = (allowedCommands: readonly (readonly string[])[]) => {
    const at = [{ ...place, allowedCommands }];
    return decide(state, { type: 'grant-lease', worker: 'w', leaseId: 'l', at, places: at }, 1, { costOf: () => 0 });
  };

  it('is given to no worker that does not allow its command', () => {
    expect(grant([])).toMatchObject({ events: [] });
    expect(grant([['python3', 'other.py']])).toMatchObject({ events: [] });
    expect(grant([['python3', 'train.py', '--lr', '0.1']])).toMatchObject({ events: [] });
    expect(decide(state, { type: 'grant-lease', worker: 'w', leaseId: 'l' }, 1, { costOf: () => 0 })).toMatchObject({
      events: [],
    });
    expect(grant([['make'], ['python3', 'train.py']])).toMatchObject({ events: [{ type: 'trial-leased', cell: 0 }] });
  });

  it('has a table of its own metrics', () => {
    const sweep = state.sweeps.get('own-1');
    if (!sweep) throw new Error('Expected a sweep.');
    const table = buildTable(sweep, createGrouping(study, sweep.grid, []), ['perplexity'], []);
    expect(table.metrics).toEqual([{ name: 'perplexity', title: 'perplexity', unit: '' }]);
    expect(table.rows.map(({ shown }) => shown)).toEqual([
      [{ factor: 'depth', label: '3' }],
      [{ factor: 'depth', label: '3' }],
    ]);
  });
});
