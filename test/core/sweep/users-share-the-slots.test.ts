import { expect, it } from 'vitest';
import type { Command } from '../../../core/sweep/commands.ts';
import { decide } from '../../../core/sweep/decide.ts';
import { evolve } from '../../../core/sweep/evolve.ts';
import { type ClusterState, EMPTY_CLUSTER } from '../../../core/sweep/state.ts';
import { smallStudy } from '../../support/studies.ts';

it('users share the slots evenly, however many sweeps each has; a priority goes before', () => {
  let state: ClusterState = EMPTY_CLUSTER;
  let ids = 0;
  const run = (command: Command) => {
    const decision = decide(state, command, 0, { costOf: () => 1 });
    if (!decision.ok) throw new Error(decision.message);
    state = decision.events.reduce(evolve, state);
    return decision.events;
  };
  const submit = (name: string, user: string | undefined, extra = '') =>
    run({
      type: 'submit-sweep',
      requestId: name,
      study: smallStudy({ name, configs: ['A', 'B', 'C', 'D', 'E'], extra }),
      studyYaml: '',
      ...(user === undefined ? {} : { user }),
      total: 5,
    });
  const grant = () => {
    const [event] = run({ type: 'grant-lease', worker: 'w', leaseId: `l${ids++}` });
    return event?.type === 'trial-leased' ? event.sweepId : undefined;
  };
  for (const name of ['ada-x', 'ada-y', 'ada-z']) submit(name, 'ada');
  submit('bob', 'bob');
  expect(Array.from({ length: 8 }, grant)).toEqual([
    ...['ada-x-1', 'bob-1', 'ada-y-1', 'bob-1', 'ada-z-1', 'bob-1', 'ada-x-1', 'bob-1'],
  ]);
  submit('urgent', undefined, 'priority: 1\n');
  expect(grant()).toBe('urgent-1');
});
