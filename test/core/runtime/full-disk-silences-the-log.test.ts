import { closeSync, existsSync, openSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createLogger } from '../../../runtime/logger.ts';

const FULL = '/dev/full';

test.runIf(existsSync(FULL))('a log on a full disk is silent, and its process goes on', async () => {
  const unhandled: unknown[] = [];
  const listener = (error: unknown): void => void unhandled.push(error);
  process.on('uncaughtException', listener);
  const fd = openSync(FULL, 'w');
  try {
    const logger = createLogger('full', 'info', fd);
    expect(() => logger.info('one')).not.toThrow();
    expect(() => logger.info('two')).not.toThrow();
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  } finally {
    process.off('uncaughtException', listener);
    closeSync(fd);
  }
});
