import { vectorEntries } from '../collections/sparse-vector.ts';
import { indexOfAsked } from '../study/asked-configurations.ts';
import { withNamedMembers } from '../study/population-generations.ts';
import { drawnRows, leftToDraw } from '../study/search.ts';
import type { Command } from './commands.ts';
import { decideEdit } from './decide-edit.ts';
import { accept, type Decision, reject } from './decision.ts';
import type { SweepEvent } from './events.ts';
import { evolve } from './evolve.ts';
import type { ClusterState, RequestKind, SweepState } from './state.ts';

/** What people ask of whole sweeps. Each request has an id, so that repeating it changes nothing more. */
export type RequestCommand = Extract<Command, { readonly requestId: string }>;

export function decideRequest(state: ClusterState, command: RequestCommand, now: number): Decision {
  switch (command.type) {
    case 'submit-sweep':
      return submit(state, command, now);
    case 'edit-sweep':
      return steer(state, command, 'edit', (sweep) => decideEdit(state, sweep, command, now));
    case 'cancel-sweep':
      return steer(state, command, 'cancel', (sweep) =>
        active(sweep, [{ ...facts(command, now), type: 'sweep-cancelled' }]),
      );
    case 'pause-sweep':
      return steer(state, command, 'pause', (sweep) =>
        active(sweep, sweep.paused ? [] : [{ ...facts(command, now), type: 'sweep-paused' }]),
      );
    case 'resume-sweep':
      return steer(state, command, 'resume', (sweep) =>
        active(sweep, sweep.paused ? [{ ...facts(command, now), type: 'sweep-resumed' }] : []),
      );
    case 'retry-failed':
      return steer(state, command, 'retry', (sweep) => retry(state, sweep, command, now));
    case 'ask-configuration':
      return ask(state, command, now);
    case 'end-search':
      return steer(state, command, 'end-search', (sweep) => endSearch(sweep, command, now));
  }
}

function submit(state: ClusterState, command: Extract<Command, { type: 'submit-sweep' }>, now: number): Decision {
  const { requestId, study, studyYaml, user, total } = command;
  const by = user === undefined ? {} : { user };
  const earlier = state.requests.get(requestId);
  if (earlier) {
    return earlier.what === 'submit' && state.sweeps.get(earlier.sweepId)?.studyYaml === studyYaml
      ? accept([], { sweepId: earlier.sweepId })
      : reused(requestId, ' with other contents');
  }
  let number = 1;
  while (state.sweeps.has(`${study.name}-${number}`)) number++;
  const sweepId = `${study.name}-${number}`;
  return accept(
    [
      {
        type: 'sweep-submitted',
        sweepId,
        requestId,
        study: withNamedMembers(study, sweepId),
        studyYaml,
        ...by,
        total,
        at: now,
      },
    ],
    { sweepId },
  );
}

function steer(
  state: ClusterState,
  { requestId, sweepId }: Exclude<RequestCommand, { type: 'submit-sweep' }>,
  what: RequestKind,
  decideFor: (sweep: SweepState) => Decision,
): Decision {
  const sweep = state.sweeps.get(sweepId);
  if (!sweep)
    return reject(
      'SWEEP_NOT_FOUND',
      `Expected the name of a sweep, got ${JSON.stringify(sweepId)}. \`tickwork ls\` lists them.`,
    );
  const earlier = state.requests.get(requestId);
  if (earlier)
    return earlier.what === what && earlier.sweepId === sweepId ? accept([], { sweepId }) : reused(requestId, '');
  return decideFor(sweep);
}

const facts = ({ sweepId, requestId }: { readonly sweepId: string; readonly requestId: string }, at: number) => ({
  sweepId,
  requestId,
  at,
});

/** Repeating it gives the same cells; a configuration that is there already is not run again. */
function ask(state: ClusterState, command: Extract<Command, { type: 'ask-configuration' }>, now: number): Decision {
  const { requestId, sweepId, levels } = command;
  const sweep = state.sweeps.get(sweepId);
  const search = sweep?.study.search;
  const earlier = state.requests.get(requestId);
  if (earlier !== undefined) {
    const same = search?.kind === 'ask' && earlier.sweepId === sweepId && earlier.asked !== undefined;
    if (!same || indexOfAsked(sweep as SweepState, search, levels) !== earlier.asked.gridIndex)
      return reused(requestId, ' with other contents');
    return accept([], { sweepId, asked: earlier.asked });
  }
  return steer(state, command, 'ask', (found) => {
    if (search?.kind !== 'ask') return noSearch(found);
    if (found.status !== 'active') return active(found, []);
    const gridIndex = indexOfAsked(found, search, levels);
    const known = gridIndex < drawnRows(search);
    if (!known && leftToDraw(search) === 0)
      return reject(
        'SEARCH_ENDED',
        `Expected a search that takes more configurations, got ${sweepId}, which ${search.ended ? 'was ended' : `has all ${search.samples} that its study allows`}.`,
      );
    const event: SweepEvent = {
      type: 'configuration-asked',
      ...facts(command, now),
      gridIndex,
      ...(known ? {} : { levels }),
    };
    return accept([event], { sweepId, asked: { gridIndex, known } });
  });
}

function endSearch(sweep: SweepState, command: Extract<Command, { type: 'end-search' }>, now: number): Decision {
  const { search } = sweep.study;
  if (search?.kind !== 'ask') return noSearch(sweep);
  const { pending, leased, running } = sweep.counts;
  const over = pending + leased + running === 0;
  return active(sweep, [
    { ...facts(command, now), type: 'search-ended' },
    ...(over ? [{ type: 'sweep-completed', sweepId: sweep.id, at: now } as const] : []),
  ]);
}

function noSearch({ id }: SweepState): Decision {
  return reject(
    'ARGUMENT_INVALID',
    `Expected a sweep whose study says sampler: { ask: … }, got ${id}, which draws its configurations itself.`,
  );
}

function active(sweep: SweepState, events: readonly SweepEvent[]): Decision {
  return sweep.status === 'active'
    ? accept(events, { sweepId: sweep.id })
    : reject('SWEEP_FINISHED', `Expected an active sweep, got ${sweep.id}, which is ${sweep.status}.`);
}

/** Also of a completed sweep, which is active again then; a cancelled one has no cell that could run. */
function retry(
  state: ClusterState,
  sweep: SweepState,
  command: Extract<Command, { type: 'retry-failed' }>,
  now: number,
): Decision {
  if (sweep.status === 'cancelled') return active(sweep, []);
  const { kinds } = command;
  const wanted = [...vectorEntries(sweep.trials)].some(
    ([cell, trial]) =>
      trial.state === 'failed' && sweep.grid.wants(cell) && (kinds.length === 0 || kinds.includes(trial.failure.kind)),
  );
  if (!wanted) return accept([], { sweepId: sweep.id });
  const retried: SweepEvent = { ...facts(command, now), type: 'failed-trials-retried', kinds };
  // All of them may be blocked by failures of other kinds.
  const { pending, leased, running } = (evolve(state, retried).sweeps.get(sweep.id) as SweepState).counts;
  const over: SweepEvent = { type: 'sweep-completed', sweepId: sweep.id, at: now };
  return accept(pending + leased + running > 0 ? [retried] : [retried, over], { sweepId: sweep.id });
}

function reused(requestId: string, how: string): Decision {
  return reject(
    'REQUEST_ID_REUSED',
    `Expected a new request id, got ${requestId}, which was used before${how}. Draw a new one.`,
  );
}
