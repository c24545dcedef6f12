import { describe, expect, it } from 'vitest';
import type { Place } from '../../../core/placement/place.ts';
import type { Command } from '../../../core/sweep/commands.ts';
import { decide } from '../../../core/sweep/decide.ts';
import type { SweepEvent } from '../../../core/sweep/events.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER, type SweepState, trialOf } from '../../../core/sweep/state.ts';
import type { FailureKind } from '../../../core/trial/states.ts';
import { smallStudy } from '../../support/studies.ts';

const CONFIGS = ['A', 'B', 'C', 'D', 'E'];
const place = (worker: string): Place => ({
  worker,
  device: 0,
  kind: 'cpu',
  executor: 'onnx',
  memoryBytes: 2 ** 40,
  slots: 4,
  labels: {},
});

function play(workers: readonly string[], extra = 'maxAttempts: 2\n') {
  let state: ClusterState = EMPTY_CLUSTER;
  let now = 0;
  let leases = 0;
  const places = workers.map(place);
  const run = (command: Command): readonly SweepEvent[] => {
    const decision = decide(state, command, now, { costOf: () => 1 });
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    return decision.events;
  };
  run({
    type: 'submit-sweep',
    requestId: 'r',
    study: smallStudy({ configs: CONFIGS, extra }),
    studyYaml: '',
    total: 5,
  });
  const grant = (worker: string) => {
    const [event] = run({ type: 'grant-lease', worker, leaseId: `l${leases++}`, at: [place(worker)], places });
    return event?.type === 'trial-leased' ? event : undefined;
  };
  const must = (worker: string) => {
    const lease = grant(worker);
    if (!lease) throw new Error(`Expected a lease for ${worker}.`);
    return lease;
  };
  return {
    run,
    grant,
    /** Runs one trial there, which fails; what was decided then. */
    fail(worker: string, kind: FailureKind = 'infrastructure') {
      const lease = must(worker);
      const record = { ...lease, kind, message: `broken on ${worker}`, worker };
      return { cell: lease.cell, events: run({ type: 'record-failure', record }) };
    },
    succeed(worker: string) {
      const record = { ...must(worker), contentHash: 'x', worker };
      return run({ type: 'record-result', record });
    },
    wait(ms: number) {
      now += ms;
    },
    get state() {
      return state;
    },
    trial: (cell: number) => trialOf(state.sweeps.get('small-1') as SweepState, cell),
  };
}

const types = (events: readonly SweepEvent[]): string[] => events.map(({ type }) => type);

describe('a worker of which several configurations in a row fail', () => {
  it('is quarantined with a reason, and what it has spoilt does not count against the trials', () => {
    const cluster = play(['bad']);
    const failed = [cluster.fail('bad'), cluster.fail('bad'), cluster.fail('bad')];
    // One after the other, not the first again and again.
    expect(failed.map(({ cell }) => cell)).toEqual([0, 1, 2]);
    expect(types(failed[2]?.events ?? [])).toEqual(['attempt-lost', 'worker-quarantined']);
    expect(cluster.state.health.get('bad')?.quarantine?.reason).toBe(
      '3 configurations in a row failed there (small-1/0, small-1/1, small-1/2)',
    );
    expect([0, 1, 2].map((cell) => cluster.trial(cell))).toMatchObject(
      Array.from({ length: 3 }, () => ({ state: 'pending', attempt: 1, strikes: 0 })),
    );
    expect(cluster.grant('bad')).toBeUndefined();
    expect(cluster.grant('good')).toMatchObject({ cell: 0 });
  });

  it('is given one trial when its time is over, and more when that succeeds', () => {
    const cluster = play(['bad']);
    for (let i = 0; i < 3; i++) cluster.fail('bad');
    cluster.wait(60_000);
    expect(types(cluster.fail('bad').events)).toEqual(['attempt-lost', 'worker-quarantined']);
    cluster.wait(60_000);
    expect(cluster.grant('bad')).toBeUndefined();
    cluster.wait(60_000);
    const lease = cluster.grant('bad');
    expect(lease).toBeDefined();
    expect(cluster.grant('bad')).toBeUndefined();
    cluster.run({ type: 'record-result', record: { ...(lease as NonNullable<typeof lease>), contentHash: 'x' } });
    expect(cluster.state.health.size).toBe(0);
    expect([cluster.grant('bad'), cluster.grant('bad')]).not.toContain(undefined);
  });

  it('is trusted again after a success, and as a new process', () => {
    const cluster = play(['odd']);
    cluster.fail('odd');
    cluster.fail('odd');
    cluster.succeed('odd');
    expect(types(cluster.fail('odd').events)).toEqual(['attempt-lost']);
    const other = play(['bad']);
    for (let i = 0; i < 3; i++) other.fail('bad');
    expect(types(other.run({ type: 'trust-worker', worker: 'bad' }))).toEqual(['worker-trusted']);
    expect(other.run({ type: 'trust-worker', worker: 'bad' })).toEqual([]);
    expect(other.grant('bad')).toBeDefined();
  });

  it('is not blamed for silence, for want of memory, or for what diverges', () => {
    const cluster = play(['w'], 'maxAttempts: 9\n');
    for (const kind of ['out_of_memory', 'diverged', 'user_error', 'preempted'] as const) cluster.fail('w', kind);
    for (let i = 0; i < 3; i++) {
      const lease = cluster.grant('w');
      if (lease) cluster.run({ type: 'lose-attempt', lease, kind: 'infrastructure', message: 'silent', worker: 'w' });
    }
    expect(cluster.state.health.size).toBe(0);
  });
});

describe('a trial that fails', () => {
  it('goes to another worker, and at the end says that it failed on several', () => {
    const cluster = play(['one', 'two']);
    expect(cluster.fail('one').cell).toBe(0);
    expect(cluster.grant('one')).toMatchObject({ cell: 1 });
    const { cell, events } = cluster.fail('two');
    expect(cell).toBe(0);
    expect(events[0]).toMatchObject({
      type: 'trial-failed',
      message:
        'failed on 2 workers (one, two): the configuration is at fault, not a machine. The last said: broken on two',
    });
    // It speaks against the first, which could not know, but not against the second.
    expect([...cluster.state.health.keys()]).toEqual(['one']);
  });

  it('is tried again as often as the study says for failures of its kind', () => {
    const cluster = play(['w'], 'maxAttempts: 1\nretries: { diverged: 1, timed_out: 0, infrastructure: 2 }\n');
    expect(types(cluster.fail('w', 'timed_out').events)).toEqual(['trial-failed']);
    expect(types(cluster.fail('w', 'diverged').events)).toEqual(['attempt-lost']);
    expect(types(cluster.fail('w', 'diverged').events)).toEqual(['trial-failed']);
    expect(cluster.trial(1)).toMatchObject({ state: 'failed', attempt: 2 });
    expect(types(cluster.fail('w', 'out_of_memory').events)).toContain('trial-failed');
  });
});
