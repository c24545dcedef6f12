import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder with Tickwork's package.json: above the sources as above the compiled files. @param from a file of ours. */
export function packageRoot(from: string): string {
  for (let folder = dirname(from); folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
  }
  throw new Error(`Expected a package.json above ${from}, got none. Reinstall Tickwork.`);
}
