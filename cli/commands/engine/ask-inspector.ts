import { fileURLToPath } from 'node:url';
import { TickworkError } from '../../../core/errors.ts';
import type { CheckedStep, Question, ShownStep } from '../../../worker/training/inspect/questions.ts';
import type { CliContext } from '../../context.ts';
import { tellEngineErrors } from './engine-errors.ts';

const TIME_LIMIT_MS = 3_600_000;

interface Answers {
  readonly show: ShownStep;
  readonly check: CheckedStep;
}

/**
 * Asks the process that knows networks and may load native libraries; a library that aborts there is an error here.
 * @param environment what the executor needs in that process's environment.
 * @throws TickworkError
 */
export async function askInspector<Q extends Question>(
  cli: CliContext,
  question: Q,
  environment: Readonly<Record<string, string>> = {},
): Promise<Answers[Q['kind']]> {
  const { askChild, refusalOf } = await import('../../../engine/probe/mod.ts');
  const end = await askChild({
    entry: fileURLToPath(new URL('../../../worker/training/inspect/main.js', import.meta.url)),
    request: question,
    env: { ORT_DISABLE_TELEMETRY: '1', ...cli.env, ...environment },
    timeLimit: TIME_LIMIT_MS,
    signal: cli.signal,
  });
  if (end.kind === 'died') {
    const said = end.lastLines.length > 0 ? ` It printed last:\n${end.lastLines.join('\n')}` : '';
    throw new TickworkError(
      'EXECUTOR_FAILED',
      `Expected the process that inspects the step to answer, got one that ${end.how} while ${end.stage}. ` +
        `\`tickwork engine probe\` tells which executors work.${said}`,
    );
  }
  return tellEngineErrors(async () => {
    const refusal = refusalOf(end.answer);
    if (refusal !== undefined) throw refusal;
    return end.answer as Answers[Q['kind']];
  });
}
