import { fileURLToPath } from 'node:url';
import type { ExecutorName, ExecutorOptions } from '../../engine/executor.ts';
import { executorEnvironment } from '../../engine/probe/libraries.ts';
import { askChild, refusalOf } from '../../engine/probe/mod.ts';
import type { CompileTime } from './compile-times.ts';
import { threadEnvironment } from './contender.ts';
import type { Flatness } from './flatness.ts';
import type { InputOverhead } from './input-overhead.ts';
import type { LayerReport } from './layer-speeds.ts';

interface On {
  readonly executor: ExecutorName;
  readonly options: ExecutorOptions;
}

export type Measurement = On &
  (
    | { readonly kind: 'compilation' | 'input' }
    | { readonly kind: 'layers'; readonly net: string }
    | { readonly kind: 'flatness'; readonly net: string; readonly steps: number }
  );

interface Results {
  readonly compilation: readonly CompileTime[];
  readonly input: readonly InputOverhead[];
  readonly flatness: Flatness;
  readonly layers: LayerReport;
}

const TIME_LIMIT_MS = 900_000;

/** Measures in a process of its own, so that nothing that ran before is in the way. @throws Error with the reason. */
export async function measure<M extends Measurement>(measurement: M): Promise<Results[M['kind']]> {
  const { executor, options } = measurement;
  const end = await askChild({
    entry: fileURLToPath(new URL('./measurement-process.js', import.meta.url)),
    request: measurement,
    env: {
      ...process.env,
      ...threadEnvironment(options.threads),
      ...(await executorEnvironment(executor, options, process.env)),
    },
    timeLimit: TIME_LIMIT_MS,
  });
  if (end.kind === 'died') throw new Error(`The process ${end.how} while ${end.stage}. ${end.lastLines.join(' · ')}`);
  const refusal = refusalOf(end.answer);
  if (refusal !== undefined) throw refusal;
  return end.answer as Results[M['kind']];
}
