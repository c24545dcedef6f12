import { openExecutor } from '../executors.ts';
import { answerParent } from './answer.ts';
import type { ProbeAnswer, ProbeRequest } from './report.ts';
import { measureSpeed } from './speed.ts';
import { verifyExecutor } from './verify.ts';

/** Main file of the process that tries one executor; see `probe.ts`. */
answerParent<ProbeRequest, ProbeAnswer>(process, async ({ executor: name, options }, say) => {
  say('opening the executor');
  const executor = await openExecutor(name, options);
  try {
    say('computing the stored gradients');
    const relativeError = await verifyExecutor(executor);
    say('measuring its speed');
    const speed = await measureSpeed(executor, () => performance.now());
    return { description: executor.describe(), relativeError, speed };
  } finally {
    await executor.dispose();
  }
});
