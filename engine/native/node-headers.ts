import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { EngineError } from '../errors.ts';

export interface NodeHeadersOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Where Node.js is: the headers of its archive lie beside it. */
  readonly execPath?: string;
  /** Where distributions put the headers. */
  readonly systemFolders?: readonly string[];
}

const SYSTEM_FOLDERS = ['/usr/include/node', '/usr/local/include/node', '/usr/include/nodejs/src'];

/**
 * The folder of `node_api.h`. Any version will do: N-API is one ABI for all of them.
 * @throws EngineError ADDON_BUILD_FAILED where there is none.
 */
export async function findNodeHeaders({
  env,
  execPath = process.execPath,
  systemFolders = SYSTEM_FOLDERS,
}: NodeHeadersOptions): Promise<string> {
  const nodedir = env['npm_config_nodedir'] || env['NODEDIR'];
  const home = env['HOME'] || homedir();
  const folders = [
    // The root of an unpacked archive, or of Node's sources.
    ...(nodedir ? [join(nodedir, 'include/node'), join(nodedir, 'src')] : []),
    resolve(dirname(execPath), '../include/node'),
    ...systemFolders,
    // What node-gyp fetched for another addon.
    join(env['XDG_CACHE_HOME'] || join(home, '.cache'), 'node-gyp', process.versions.node, 'include/node'),
  ];
  for (const folder of folders) {
    if (await exists(join(folder, 'node_api.h'))) return folder;
  }
  throw new EngineError(
    'ADDON_BUILD_FAILED',
    `Expected node_api.h in one of ${folders.join(', ')}, got none. Install Node.js's headers (Debian: ` +
      "apt install libnode-dev), or unpack Node.js's archive and name its folder in npm_config_nodedir.",
  );
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
