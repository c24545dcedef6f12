import { TickworkError } from '../errors.ts';

/** @throws TickworkError ARGUMENT_INVALID listing the known names. */
export function configurationOf<T>(configurations: Readonly<Record<string, T>>, config: string): T {
  if (!Object.hasOwn(configurations, config)) {
    const known = Object.keys(configurations).join(', ');
    throw new TickworkError(
      'ARGUMENT_INVALID',
      `Expected config to be one of ${known}, got ${JSON.stringify(config)}.`,
    );
  }
  return configurations[config] as T;
}
