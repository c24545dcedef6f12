import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './step.mjs';

const BUILD_LIMIT_MS = 5 * 60_000;

/** Two products, each rebuilt only when one of its sources has other contents than at its last build. */
const PRODUCTS = [
  {
    name: 'programs',
    title: 'Compiling TypeScript',
    sources: [
      'tsconfig.json',
      'tsconfig.build.json',
      'package-lock.json',
      'proto',
      'runtime',
      'core',
      'coordinator',
      'worker',
      'engine',
      'cli',
    ],
    product: 'dist/cli/main.js',
    bin: 'typescript/bin/tsc',
    args: ['-p', 'tsconfig.build.json'],
    uncheckedArgs: ['--noCheck'],
  },
  {
    name: 'dashboard',
    title: 'Building the dashboard',
    sources: ['package-lock.json', 'dashboard'],
    product: 'dist/dashboard/index.html',
    bin: 'vite/bin/vite.js',
    args: ['build', 'dashboard', '--logLevel', 'warn'],
    uncheckedArgs: [],
  },
];

/**
 * Builds what is missing or older than its sources into dist/.
 * @param {string} root the repository
 * @param {{ force?: boolean, check?: boolean }} options `check: false` compiles without checking types
 */
export async function ensureBuilt(root, { force = false, check = true } = {}) {
  for (const product of PRODUCTS) {
    const stamp = join(root, `dist/.${product.name}.sha256`);
    const fingerprint = fingerprintOf(root, product.sources);
    if (!force && existsSync(join(root, product.product)) && readStamp(stamp) === fingerprint) continue;
    const args = check ? product.args : [...product.args, ...product.uncheckedArgs];
    await runStep(product.title, process.execPath, [join(root, 'node_modules', product.bin), ...args], {
      cwd: root,
      timeoutMs: BUILD_LIMIT_MS,
      // A test runner's NODE_ENV would make the dashboard a development build.
      env: { ...process.env, NODE_ENV: 'production' },
    });
    mkdirSync(join(root, 'dist'), { recursive: true });
    writeFileSync(stamp, fingerprint);
  }
  chmodSync(join(root, 'dist/cli/main.js'), 0o755);
}

function readStamp(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** SHA-256 over the paths and contents of all sources: some 300 small files, a few milliseconds. */
function fingerprintOf(root, sources) {
  const hash = createHash('sha256');
  for (const file of sources.flatMap((source) => filesUnder(root, source)).sort()) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesUnder(root, path) {
  let entries;
  try {
    entries = readdirSync(join(root, path), { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
  return entries
    .filter((entry) => entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .flatMap((entry) => (entry.isDirectory() ? filesUnder(root, `${path}/${entry.name}`) : [`${path}/${entry.name}`]));
}
