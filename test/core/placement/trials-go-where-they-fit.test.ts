import { describe, expect, it } from 'vitest';
import { bytesText, parseBytes } from '../../../core/placement/bytes.ts';
import { offersAt } from '../../../core/placement/load.ts';
import { fitsNowhere, misfit } from '../../../core/placement/misfit.ts';
import { needOf } from '../../../core/placement/need.ts';
import { emptyPlace, type Place } from '../../../core/placement/place.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER, type SweepState } from '../../../core/sweep/state.ts';
import { smallStudy } from '../../support/studies.ts';

const MIB = 2 ** 20;
const place = (worker: string, more: Partial<Place> = {}): Place => ({
  worker,
  device: 0,
  kind: 'cuda',
  executor: 'torch',
  memoryBytes: 100 * MIB,
  slots: 1,
  labels: {},
  allowedCommands: [],
  ...more,
});

function play() {
  let state: ClusterState = EMPTY_CLUSTER;
  let leases = 0;
  const run = (command: Command): readonly SweepEvent[] => {
    const decision = decide(state, command, 0, { costOf: () => 1 });
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    return decision.events;
  };
  return {
    run,
    submit: (extra: string, configs = ['A']) =>
      run({
        type: 'submit-sweep',
        requestId: 'r',
        study: smallStudy({ configs, extra }),
        studyYaml: extra,
        total: configs.length,
      }),
    /** The cell that a worker is given, with its lease. */
    grant: (worker: string, at: readonly Place[], places = at) => {
      const [event] = run({ type: 'grant-lease', worker, leaseId: `l${leases++}`, at, places });
      return event?.type === 'trial-leased' ? event : undefined;
    },
    get state() {
      return state;
    },
    get sweep() {
      return state.sweeps.get('small-1') as SweepState;
    },
  };
}

describe('a cell', () => {
  it('is given to a worker that has what the study requires', () => {
    const cluster = play();
    cluster.submit(
      'requires: { executor: [torch], device: cuda, labels: { gpu: [h100, h200], rack: 4 }, memory: 50 MiB }\n',
    );
    const good = { gpu: 'h200', rack: '4' };
    const refused = [
      [place('a', { executor: 'onnx', labels: good }), 'its executor is onnx, not torch'],
      [place('b', { kind: 'cpu', labels: good }), 'its device is cpu, not cuda'],
      [place('c', { labels: { gpu: 'h200' } }), 'it has no label rack'],
      [place('d', { labels: { ...good, gpu: 't4' } }), 'its label gpu is t4, not h100 or h200'],
      [place('e', { labels: good, memoryBytes: 49 * MIB }), 'it has 49 MiB'],
    ] as const;
    const need = needOf(cluster.sweep, 0, new Map());
    for (const [where, why] of refused) {
      expect(misfit(need, emptyPlace(where))).toBe(why);
      expect(cluster.grant(where.worker, [where])).toBeUndefined();
    }
    expect(fitsNowhere(need, [refused[0][0], refused[4][0]])).toBe(
      'fits no connected worker: it needs executor torch, device cuda, gpu=h100|h200, rack=4, 50 MiB of memory ' +
        '(a: its executor is onnx, not torch; e: it has 49 MiB)',
    );
    expect(cluster.grant('f', [place('f', { labels: good })])).toMatchObject({ cell: 0, worker: 'f' });
  });

  it('is passed over for a smaller one where its estimate does not fit', () => {
    const cluster = play();
    cluster.submit('', ['E', 'A']);
    const [large, small] = [0, 1].map((index) => needOf(cluster.sweep, index, new Map()).memoryBytes) as [
      number,
      number,
    ];
    expect(large).toBeGreaterThan(small);
    const tight = place('tight', { memoryBytes: small });
    expect(cluster.grant('tight', [tight])).toMatchObject({ cell: 1 });
    expect(cluster.grant('tight', [{ ...tight, slots: 2 }])).toBeUndefined();
    expect(cluster.grant('roomy', [place('roomy', { memoryBytes: large })])).toMatchObject({ cell: 0 });
  });

  it('shares a device as far as the memory goes, and takes the emptiest device', () => {
    const cluster = play();
    cluster.submit('requires: { memory: 40 MiB }\nseeds: 5\n'.replace('seeds: 5\n', ''), ['A', 'B', 'C', 'D', 'E']);
    const devices = [place('w', { slots: 4 }), place('w', { device: 1, slots: 4, memoryBytes: 120 * MIB })];
    const placed = [0, 1, 2, 3, 4].map(() => cluster.grant('w', devices)?.placed?.device);
    expect(placed).toEqual([1, 0, 1, 0, 1]);
    expect(offersAt(devices, cluster.state.load).map(({ freeBytes }) => freeBytes)).toEqual([20 * MIB, 0]);
    cluster.run({ type: 'cancel-sweep', requestId: 'c', sweepId: 'small-1' });
    expect(cluster.state.load.size).toBe(0);
  });
});

describe('a trial that ran out of memory', () => {
  const small = place('small');
  const big = place('big', { memoryBytes: 200 * MIB });

  function lostOnSmall(places: readonly Place[]) {
    const cluster = play();
    cluster.submit('maxAttempts: 2\n', ['A']);
    const lease = cluster.grant('small', [small], places);
    if (!lease) throw new Error('no lease');
    const events = cluster.run({
      type: 'record-failure',
      record: { ...lease, kind: 'out_of_memory', message: 'CUDA out of memory', worker: 'small' },
    });
    return { cluster, events };
  }

  it('waits for a bigger device while one is connected', () => {
    const { cluster, events } = lostOnSmall([small, big]);
    expect(events[0]).toMatchObject({ type: 'memory-learned', moreThanBytes: 100 * MIB });
    expect(cluster.grant('small', [small], [small, big])).toBeUndefined();
    expect(cluster.grant('big', [big], [small, big])).toMatchObject({ cell: 0, attempt: 2 });
  });

  it('is tried again where it was when there is none, until its attempts are used up', () => {
    const { cluster } = lostOnSmall([small]);
    const lease = cluster.grant('small', [small], [small]);
    expect(lease).toMatchObject({ cell: 0, attempt: 2 });
    const record = { ...lease, kind: 'out_of_memory', message: 'again', worker: 'small' };
    const [last] = cluster.run({ type: 'record-failure', record: record as never });
    expect(last).toMatchObject({ type: 'trial-failed', kind: 'out_of_memory' });
  });

  it('teaches every sweep with such trials, and nothing of others', () => {
    const { cluster } = lostOnSmall([small, big]);
    const other = { grid: cluster.sweep.grid, study: smallStudy({ configs: ['A', 'B'] }) };
    expect(needOf(other, 0, cluster.state.learnedMemory).moreThanBytes).toBe(100 * MIB);
    cluster.run({ type: 'submit-sweep', requestId: 's', study: other.study, studyYaml: '', total: 2 });
    expect(cluster.grant('small', [small], [small, big])).toMatchObject({ sweepId: 'small-2', cell: 1 });
  });
});

it('bytes are read and written as people do', () => {
  expect([parseBytes('12 GiB'), parseBytes('1.5kb'), parseBytes(7), parseBytes('0')]).toEqual([
    12 * 2 ** 30,
    1500,
    7,
    0,
  ]);
  for (const bad of ['12 GX', '-1', '', 'GiB', -1, 1.5, null]) expect(parseBytes(bad)).toBeUndefined();
  expect([1, 2048, 1.5 * MIB, 150 * MIB, 80 * 2 ** 30].map(bytesText)).toEqual([
    '1 B',
    '2 KiB',
    '1.5 MiB',
    '150 MiB',
    '80 GiB',
  ]);
});
