/** Process of one executor with one subject's training step: `node executor-contender.js SUBJECT EXECUTOR OPTIONS`. */
import { createInterface } from 'node:readline';
import type { ExecutorName, ExecutorOptions } from '../../engine/mod.ts';
import { openExecutor } from '../../engine/mod.ts';
import { trainingStep } from '../../worker/training/networks/training-step.ts';
import { subjectNamed } from './subjects.ts';
import { syntheticRun } from './synthetic-run.ts';

const [, , name = '', executorName = '', options = '{}'] = process.argv;
const subject = subjectNamed(name);
const { state: initial, inputs } = syntheticRun(subject);
const executor = await openExecutor(executorName as ExecutorName, JSON.parse(options) as ExecutorOptions).catch(
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);
const opening = performance.now();
const compiled = await executor.compile(trainingStep(subject.description, subject.batch));
const state = executor.createState(initial);
await compiled.run(state, inputs);
process.stdout.write(
  `${JSON.stringify({ library: executor.describe().library, openMs: performance.now() - opening })}\n`,
);
for await (const line of createInterface({ input: process.stdin })) {
  const ms: number[] = [];
  for (let step = 0; step < Number(line); step++) {
    const start = performance.now();
    await compiled.run(state, inputs);
    ms.push(performance.now() - start);
  }
  process.stdout.write(`${JSON.stringify({ ms })}\n`);
}
await executor.dispose();
