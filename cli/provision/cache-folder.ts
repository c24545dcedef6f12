import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from './machine.ts';

/** Where finders keep what they fetched: `$XDG_CACHE_HOME/tickwork` or `~/.cache/tickwork`. */
export function cacheFolder({ env }: Machine): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'tickwork');
}
