/**
 * A slot is one place for a trial, with one process that serves many trials, one after another. Its state is the
 * process's and the trial's together:
 *
 * - `starting`: no process is ready and no trial waits. The process is coming up, or a pause after a crash is running.
 *   Entered at creation and whenever a process is gone. A trial may be assigned already.
 * - `waiting`: as `starting`, but a trial has been assigned and runs as soon as the process is ready. A process that
 *   dies here dies before the trial touched it, so the trial stays; after three such deaths in a row it is failed
 *   (`gave-up`).
 * - `idle`: the process is ready, no trial.
 * - `running`: the process has the trial. It leaves with the trial's outcome, a stop, or the death of the process,
 *   which is the trial's failure.
 * - `stopping`: the process has been told to stop the trial. It answers with an outcome or is killed after the grace
 *   time; either way the trial is over.
 * - `closing`: the process has been told to end. It ends, or is killed after the grace time. Outcomes no longer count.
 * - `closed`: no process, for good.
 */
export const SLOT_STATES = ['starting', 'waiting', 'idle', 'running', 'stopping', 'closing', 'closed'] as const;

export type SlotState = (typeof SLOT_STATES)[number];

/**
 * `ready` and `outcome` are the process's messages; `exit`: the process has ended, or could not be created; `gave-up`:
 * it has ended again and again before it was ready; `assign`, `stop` and `close` are the agent's wishes.
 */
export const SLOT_EVENTS = ['ready', 'assign', 'outcome', 'stop', 'exit', 'gave-up', 'close'] as const;

export type SlotEvent = (typeof SLOT_EVENTS)[number];

const TRANSITIONS: Readonly<Record<SlotState, Partial<Record<SlotEvent, SlotState>>>> = {
  starting: { ready: 'idle', assign: 'waiting', exit: 'starting', close: 'closing' },
  waiting: { ready: 'running', stop: 'starting', exit: 'waiting', 'gave-up': 'starting', close: 'closing' },
  idle: { assign: 'running', exit: 'starting', close: 'closing' },
  running: { outcome: 'idle', stop: 'stopping', exit: 'starting', close: 'closing' },
  stopping: { outcome: 'idle', exit: 'starting', close: 'closing' },
  closing: { outcome: 'closing', ready: 'closing', exit: 'closed', close: 'closing' },
  closed: { close: 'closed' },
};

/** @returns the next state, or undefined when `event` has no meaning in `state`. */
export function nextSlotState(state: SlotState, event: SlotEvent): SlotState | undefined {
  return TRANSITIONS[state][event];
}

/** Whether a trial may be assigned now. */
export function isFree(state: SlotState): boolean {
  return TRANSITIONS[state].assign !== undefined;
}
