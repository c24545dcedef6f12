import type { FailureKind } from '../../core/trial/states.ts';
import { backoffMs } from '../../runtime/backoff.ts';
import type { Clock } from '../../runtime/clock.ts';
import { deferred } from '../../runtime/deferred.ts';
import type { Emit } from '../events.ts';
import { SPAWN_BACKOFF } from '../timings.ts';
import type { TrialProgress } from '../training/outcome.ts';
import type { AnyOutcome, AnyReport, AssignedSpec, TrialOptions, TrialToAgent } from '../trial-messages.ts';
import { isFree, nextSlotState, type SlotEvent, type SlotState } from './slot-state.ts';
import type { TrialProcess, TrialProcessExit, TrialProcessListener } from './trial-process.ts';

/** One trial at a time in one child process; see slot-state.ts for what it may be doing. */
export interface Slot {
  readonly state: SlotState;
  readonly free: boolean;
  /** Runs a trial; its listener hears of it until `onEnd`, which comes exactly once. Only when `free`. */
  run(trial: SlotTrial): void;
  /** Ends a trial before its time; unknown ids are ignored. */
  stop(trialId: string, reason: string): void;
  /** Stops what runs and ends the process. Resolves when it is gone. Idempotent. */
  close(reason: string): Promise<void>;
}

export interface SlotTrial {
  readonly trialId: string;
  /** As in trial-messages.ts. */
  readonly cell: string;
  readonly spec: AssignedSpec;
  onStarted(): void;
  onProgress(progress: TrialProgress): void;
  onReport(report: AnyReport): void;
  onWarning(message: string): void;
  onEnd(end: TrialEnd): void;
}

export type TrialEnd =
  | { readonly kind: 'outcome'; readonly outcome: AnyOutcome }
  /** Stopped before it had an outcome of its own. */
  | { readonly kind: 'stopped'; readonly reason: string }
  | { readonly kind: 'crashed'; readonly message: string };

export interface SlotDeps {
  readonly index: number;
  readonly startProcess: (listener: TrialProcessListener) => TrialProcess;
  readonly options: TrialOptions;
  readonly stopGraceMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly emit: Emit;
}

/** Deaths of the process before it was ready, in a row, that a waiting trial sits out. */
const MAX_FAILED_STARTS = 3;

/** Failures after which the process is not trusted with another trial. */
const BLAMES_PROCESS: readonly FailureKind[] = ['infrastructure', 'out_of_memory'];

export function createSlot(deps: SlotDeps): Slot {
  const { index, startProcess, options, stopGraceMs, clock, random, emit } = deps;
  let state: SlotState = 'starting';
  let child: TrialProcess | undefined;
  let trial: SlotTrial | undefined;
  let stopReason = '';
  let failedStarts = 0;
  /** Of the pause before a restart, or of the time a stopped process has. */
  let timer = new AbortController();
  const closed = deferred<void>();

  /** The only place that changes `state`. @returns false when the event has no meaning now. */
  function step(event: SlotEvent): boolean {
    const next = nextSlotState(state, event);
    if (next === undefined) return false;
    if (next !== state) emit({ type: 'slot:state', slot: index, from: state, to: next });
    state = next;
    return true;
  }

  function after(ms: number, action: () => void): void {
    timer.abort();
    const { signal } = (timer = new AbortController());
    void clock.sleep(ms, signal).then(() => signal.aborted || action());
  }

  function endTrial(end: TrialEnd): void {
    const ended = trial;
    trial = undefined;
    ended?.onEnd(end);
  }

  function spawn(): void {
    // Of a process that was replaced, nothing counts any more.
    const isCurrent = (): boolean => child === started;
    const started: TrialProcess = startProcess({
      onMessage: (message) => isCurrent() && onMessage(message),
      onLine: (line) => emit({ type: 'slot:output', slot: index, line }),
      onExit: (exit) => isCurrent() && onExit(exit),
    });
    child = started;
  }

  /**
   * A GPU that failed once fails every later call of the same process (CUDA's errors stick), and memory that was short
   * is not given back by every library: the next trial gets a process of its own.
   */
  function replaceProcess(why: string): void {
    const before = child;
    child = undefined;
    emit({ type: 'slot:exited', slot: index, how: `replaced: ${why}` });
    before?.kill();
    step('exit');
    spawn();
  }

  function sendRun(): void {
    if (!trial) return;
    const { trialId, cell, spec } = trial;
    child?.send({ type: 'run', trialId, cell, spec, options });
  }

  function onMessage(message: TrialToAgent): void {
    if (message.type === 'ready') {
      failedStarts = 0;
      if (step('ready') && state === 'running') sendRun();
      return;
    }
    // Late words of a trial that is over.
    if (!trial || message.trialId !== trial.trialId) return;
    switch (message.type) {
      case 'started':
        return trial.onStarted();
      case 'progress':
        return trial.onProgress(message);
      case 'report':
        return trial.onReport(message);
      case 'warning':
        return trial.onWarning(message.message);
      // The adapter ends the group with the process.
      case 'group':
        return;
      case 'outcome':
        return onOutcome(message.outcome);
    }
  }

  function onOutcome(outcome: AnyOutcome): void {
    const stopped = state === 'stopping' && outcome.status === 'failed' && outcome.kind === 'cancelled';
    if (!step('outcome') || state === 'closing') return;
    timer.abort();
    // A command had a process of its own.
    const own = trial !== undefined && 'command' in trial.spec;
    if (!own && outcome.status === 'failed' && BLAMES_PROCESS.includes(outcome.kind)) replaceProcess(outcome.kind);
    endTrial(stopped ? { kind: 'stopped', reason: stopReason } : { kind: 'outcome', outcome });
  }

  function onExit(exit: TrialProcessExit): void {
    const before = state;
    child = undefined;
    timer.abort();
    emit({ type: 'slot:exited', slot: index, how: exit.how });
    if (before === 'starting' || before === 'waiting') failedStarts++;
    if (before === 'waiting' && failedStarts >= MAX_FAILED_STARTS) {
      step('gave-up');
      endTrial({ kind: 'crashed', message: crashMessage('before it was ready', exit) });
    }
    step('exit');
    if (before === 'running') endTrial({ kind: 'crashed', message: crashMessage('in the middle of the trial', exit) });
    if (before === 'stopping') endTrial({ kind: 'stopped', reason: stopReason });
    if (state === 'closed') closed.resolve();
    else if (failedStarts === 0) spawn();
    else after(backoffMs(failedStarts - 1, random(), SPAWN_BACKOFF), spawn);
  }

  /** A command has its own grace before that of its process. */
  function graceMs(): number {
    return stopGraceMs + (trial && 'command' in trial.spec ? trial.spec.command.graceSeconds * 1000 : 0);
  }

  function askToEnd(graceMs: number): void {
    child?.send({ type: 'shutdown' });
    after(graceMs, () => child?.kill());
    if (child) return;
    timer.abort();
    step('exit');
    closed.resolve();
  }

  spawn();
  return {
    get state() {
      return state;
    },
    get free() {
      return isFree(state);
    },
    run(next) {
      if (!step('assign')) throw new Error(`Expected slot ${index} to be free, got state ${state}.`);
      trial = next;
      if (state === 'running') sendRun();
    },
    stop(trialId, reason) {
      if (trial?.trialId !== trialId || !step('stop')) return;
      stopReason = reason;
      if (state === 'starting') return endTrial({ kind: 'stopped', reason });
      child?.send({ type: 'stop', trialId, reason });
      after(graceMs(), () => child?.kill());
    },
    async close(reason) {
      if (state !== 'closing' && state !== 'closed') {
        step('close');
        const grace = graceMs();
        endTrial({ kind: 'stopped', reason });
        askToEnd(grace);
      }
      await closed.promise;
    },
  };
}

function crashMessage(when: string, { how, lastLines }: TrialProcessExit): string {
  const said = lastLines.length > 0 ? `It printed last:\n${lastLines.join('\n')}` : 'It printed nothing.';
  return `The trial process ended ${when}: ${how}. ${said}`;
}
