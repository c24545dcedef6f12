import { expect, test } from 'vitest';
import { visibleGpus } from '../../../engine/probe/gpus.ts';
import { openForTest } from '../../support/executors.ts';
import { compiledExecutors } from './agreement.ts';

const gpus = await visibleGpus(process.env);

// A GPU that was there when the worker was started is asked for in the same words.
test.skipIf(gpus.length > 0).each(await compiledExecutors())(
  '%s says that there is no GPU, and what to do',
  async (name) => {
    await expect(openForTest(name, { device: 'cuda' })).rejects.toMatchObject({
      code: 'EXECUTOR_UNAVAILABLE',
      message: expect.stringMatching(/^Expected .+, got .+\. \S.+/s),
    });
    // And the CPU is still to be had in the same process.
    const executor = await openForTest(name);
    expect(executor.describe().device).toBe('cpu');
    await executor.dispose();
  },
);
