import type { CommandSpec } from '../../core/command/command.ts';
import { type Exit, failureOfExit } from '../../core/command/exit.ts';
import type { MetricLine } from '../../core/command/metric-line.ts';
import type { FailureKind } from '../../core/trial/states.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { TrialProgress } from '../training/outcome.ts';
import { openMetricsFile } from './metrics-file.ts';
import type { CommandOutcome, CommandReport } from './outcome.ts';
import { createOutputTail } from './output-tail.ts';
import { forgetEmptyOutput, forgetOutput, noteOutput } from './outputs.ts';
import { type ProcessGroup, startProgram } from './process-group.ts';
import { prepareSurroundings, type SurroundingsOptions } from './surroundings.ts';

export interface CommandRun extends SurroundingsOptions {
  /** Where the program is started. */
  readonly folder: string;
  /** Aborts to end it: SIGTERM, the study's grace, SIGKILL. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly onReport: (report: CommandReport) => void;
  readonly onProgress: (progress: TrialProgress) => void;
  readonly onWarning: (message: string) => void;
  /** The process group has begun; 0: it is over. */
  readonly onGroup: (group: number) => void;
}

/** How often the metrics file is looked at. Its end is read when the program has ended, however short it was. */
const LOOK_EVERY_MS = 100;
const MAX_WARNINGS = 5;

/** Runs the lab's own program once. Never rejects: whatever happens is an outcome (invariant I5). */
export async function runCommand(run: CommandRun): Promise<CommandOutcome> {
  const { spec, checkpointFolder, cell, onWarning } = run;
  const { handover } = spec;
  try {
    const outcome = await attempt(run);
    if (handover === undefined) return outcome;
    const own = { cell, attempt: handover.attempt };
    if (outcome.status === 'failed') {
      const refused = (error: unknown) =>
        onWarning(`Expected to remove what the attempt has left, got: ${String(error)}.`);
      await forgetOutput(checkpointFolder, own).catch(refused);
    } else if (handover.awaited) await noteOutput(checkpointFolder, own, spec, outcome.metrics);
    else await forgetEmptyOutput(checkpointFolder, own);
    return outcome;
  } catch (error) {
    return failed('infrastructure', error instanceof Error ? error.message : String(error));
  }
}

async function attempt(run: CommandRun): Promise<CommandOutcome> {
  const { spec, folder, signal, clock, onGroup } = run;
  const { words, environment, metricsFile, resumed } = await prepareSurroundings(run);
  const file = await openMetricsFile(metricsFile);
  const tail = createOutputTail();
  const heard = createListener(run);
  const startedAt = clock.now();
  const group = startProgram({ words, folder, environment, onLine: tail.add });
  onGroup(group.id ?? 0);
  const over = new AbortController();
  const ended = endInTime(group, spec, signal, over.signal, clock);
  const looking = (async () => {
    while (!over.signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, over.signal);
      if (!over.signal.aborted) (await file.read()).forEach(heard.line);
    }
  })();
  let exit: Exit;
  try {
    exit = await group.exit;
  } catch (error) {
    return failed('infrastructure', `Expected to start ${words[0]} in ${folder}, got: ${(error as Error).message}.`);
  } finally {
    over.abort();
    await looking;
    (await file.end()).forEach(heard.line);
    onGroup(0);
  }
  const why = await ended;
  if (why === 'stopped') return failed('cancelled', String(signal.reason));
  if (why === 'late')
    return failed('timed_out', tail.after(`The command ran for longer than its ${spec.command.timeLimitSeconds} s.`));
  const kind = failureOfExit(exit, tail.lines(), spec.command.exitCodes);
  if (kind !== undefined) return failed(kind, tail.after(`The command ended with ${exitText(exit)}.`));
  const metrics = heard.result();
  if (metrics === undefined)
    return failed(
      'user_error',
      tail.after(
        'Expected a line {"result": {...}} or {"trainEpoch": 1, "metrics": {...}} in TICKWORK_METRICS_FILE, got none.',
      ),
    );
  const seconds = (clock.now() - startedAt) / 1000;
  return { status: 'succeeded', metrics, provenance: { command: { words, folder, resumed, seconds } } };
}

function failed(kind: FailureKind, message: string): CommandOutcome {
  return { status: 'failed', kind, message };
}

const exitText = ({ code, signal }: Exit): string => (signal === null ? `exit code ${code}` : `signal ${signal}`);

/** Ends the group when it is stopped or late. @returns why it did, once `over` aborts. */
async function endInTime(
  group: ProcessGroup,
  { command }: CommandSpec,
  stop: AbortSignal,
  over: AbortSignal,
  clock: Clock,
): Promise<'stopped' | 'late' | undefined> {
  const either = AbortSignal.any([stop, over]);
  if (command.timeLimitSeconds === undefined) await aborted(either);
  else await clock.sleep(command.timeLimitSeconds * 1000, either);
  if (over.aborted) return undefined;
  group.signal('SIGTERM');
  await clock.sleep(command.graceSeconds * 1000, over);
  if (!over.aborted) group.signal('SIGKILL');
  return stop.aborted ? 'stopped' : 'late';
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Takes the lines of the metrics file to whom they concern. */
function createListener({ spec, onReport, onProgress, onWarning }: CommandRun) {
  let trainEpoch = 0;
  let trainEpochs = Number(spec.parameters['trainEpochs'] ?? 0) || 0;
  let last: Readonly<Record<string, number>> | undefined;
  let result: Readonly<Record<string, number>> | undefined;
  let warnings = 0;
  const progress = (more: Partial<TrialProgress>): void =>
    onProgress({ phase: 'training', trainEpoch, trainEpochs, step: trainEpoch, steps: trainEpochs, ...more });
  const warn = (message: string): void => {
    if (++warnings <= MAX_WARNINGS) onWarning(message);
  };

  return {
    line(line: MetricLine): void {
      switch (line.kind) {
        case 'result':
          result = line.metrics;
          return;
        case 'progress':
          return progress({
            step: line.step,
            steps: line.steps,
            ...(line.loss === undefined ? {} : { loss: line.loss }),
          });
        case 'report': {
          if (line.trainEpoch <= trainEpoch)
            return warn(`Expected train epochs to rise, got ${line.trainEpoch} after ${trainEpoch}.`);
          trainEpoch = line.trainEpoch;
          trainEpochs = Math.max(trainEpoch, line.trainEpochs ?? trainEpochs);
          last = line.metrics;
          onReport({ trainEpoch, metrics: line.metrics });
          return progress({});
        }
        case 'problem':
          return warn(line.problem);
      }
    },
    /** The last result, else the last point of the curve. */
    result: (): Readonly<Record<string, number>> | undefined =>
      result ?? (last !== undefined && Object.keys(last).length > 0 ? last : undefined),
  };
}
