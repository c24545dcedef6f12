import { vectorEntries } from '../collections/sparse-vector.ts';
import type { Command } from './commands.ts';
import { accept, type Decision, reject } from './decision.ts';
import type { SweepEvent } from './events.ts';
import type { ClusterState, RequestKind, SweepState } from './state.ts';

/** What people ask of whole sweeps. Each request has an id, so that repeating it changes nothing more. */
export type RequestCommand = Extract<Command, { readonly requestId: string }>;

export function decideRequest(state: ClusterState, command: RequestCommand, now: number): Decision {
  switch (command.type) {
    case 'submit-sweep':
      return submit(state, command, now);
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
      return steer(state, command, 'retry', (sweep) => retry(sweep, command, now));
  }
}

function submit(state: ClusterState, command: Extract<Command, { type: 'submit-sweep' }>, now: number): Decision {
  const { requestId, study, studyYaml, total } = command;
  const earlier = state.requests.get(requestId);
  if (earlier) {
    return earlier.what === 'submit' && state.sweeps.get(earlier.sweepId)?.studyYaml === studyYaml
      ? accept([], { sweepId: earlier.sweepId })
      : reused(requestId, ' with other contents');
  }
  let number = 1;
  while (state.sweeps.has(`${study.name}-${number}`)) number++;
  const sweepId = `${study.name}-${number}`;
  return accept([{ type: 'sweep-submitted', sweepId, requestId, study, studyYaml, total, at: now }], { sweepId });
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

function active(sweep: SweepState, events: readonly SweepEvent[]): Decision {
  return sweep.status === 'active'
    ? accept(events, { sweepId: sweep.id })
    : reject('SWEEP_FINISHED', `Expected an active sweep, got ${sweep.id}, which is ${sweep.status}.`);
}

/** Also of a completed sweep, which is active again then; a cancelled one has no cell that could run. */
function retry(sweep: SweepState, command: Extract<Command, { type: 'retry-failed' }>, now: number): Decision {
  if (sweep.status === 'cancelled') return active(sweep, []);
  const { kinds } = command;
  const wanted = [...vectorEntries(sweep.trials)].some(
    ([, trial]) => trial.state === 'failed' && (kinds.length === 0 || kinds.includes(trial.failure.kind)),
  );
  const events: SweepEvent[] = wanted ? [{ ...facts(command, now), type: 'failed-trials-retried', kinds }] : [];
  return accept(events, { sweepId: sweep.id });
}

function reused(requestId: string, how: string): Decision {
  return reject(
    'REQUEST_ID_REUSED',
    `Expected a new request id, got ${requestId}, which was used before${how}. Draw a new one.`,
  );
}
