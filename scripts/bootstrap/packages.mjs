import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './step.mjs';

const INSTALL_LIMIT_MS = 15 * 60_000;

/** Installs the npm packages when node_modules is not what package-lock.json says. */
export async function ensurePackages(root) {
  const difference = packagesDifference(root);
  if (difference === undefined) return;
  const npm = process.env.npm_execpath;
  const [file, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
  await runStep(
    `Installing npm packages (${difference})`,
    file,
    [...first, 'ci', '--include=dev', '--loglevel=error'],
    {
      cwd: root,
      timeoutMs: INSTALL_LIMIT_MS,
      advice: 'Check that npm is installed and that this machine reaches an npm registry, then try again.',
    },
  );
}

/**
 * Compares npm's record of what it installed with the lockfile, by contents: file times say nothing after a `git clone`.
 * @returns {string | undefined} the first difference.
 */
export function packagesDifference(root) {
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  let installed;
  try {
    installed = JSON.parse(readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8')).packages;
  } catch {
    return 'none installed';
  }
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    if (path === '' || link || installed[path]?.version === version) continue;
    // Of an optional package only the build for this platform is there.
    if (optional && installed[path] === undefined) continue;
    return `${path.replace(/^.*node_modules\//, '')} is not at ${version}`;
  }
  return undefined;
}
