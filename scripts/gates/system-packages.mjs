import { access } from 'node:fs/promises';
import { StepFailed } from '../bootstrap/step.mjs';

/** What the tests start or read that is no npm package, and the Debian package it comes in. */
const NEEDED = [
  { debian: 'nats-server', program: 'nats-server' },
  { debian: 'dataset-fashion-mnist', file: '/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz' },
  { debian: 'chromium', program: 'chromium' },
  // Also brings promtool. Its service, where the system starts it, listens on 9090; the tests use free ports.
  { debian: 'prometheus', program: 'promtool' },
  { debian: 'python3-grpcio', python: 'grpc' },
  { debian: 'python3-grpc-tools', python: 'grpc_tools' },
];

/** Installs with apt what is missing and may be installed; otherwise fails with one message that names it. */
export async function ensureSystemPackages() {
  // Compiled by the build that has just run.
  const { findExecutable } = await import('../../dist/cli/provision/find-executable.js');
  const { installDebianPackages } = await import('../../dist/cli/provision/debian-package.js');
  const { runCommand } = await import('../../dist/cli/provision/run-command.js');
  const signal = AbortSignal.timeout(15 * 60_000);
  const machine = { platform: process.platform, arch: process.arch, uid: process.getuid?.() ?? -1, env: process.env };

  async function isThere({ program, file, python }) {
    if (program !== undefined) return (await findExecutable(program, machine)) !== undefined;
    if (file !== undefined)
      return access(file).then(
        () => true,
        () => false,
      );
    // Debian's Python packages belong to Debian's Python, whatever PATH says.
    for (const interpreter of ['/usr/bin/python3', 'python3']) {
      const asked = await runCommand(interpreter, ['-c', `import ${python}`], {
        timeoutMs: 30_000,
        signal,
        env: process.env,
      });
      if (asked.exitCode === 0) return true;
    }
    return false;
  }
  async function missing() {
    const there = await Promise.all(NEEDED.map(isThere));
    return NEEDED.filter((_, i) => !there[i]).map(({ debian }) => debian);
  }

  const wanted = await missing();
  if (wanted.length === 0) return;
  let why = 'installed, and still not found';
  try {
    await installDebianPackages(wanted, { machine, signal, say: (line) => process.stderr.write(`${line}\n`) });
  } catch (error) {
    why = error.message;
  }
  const still = await missing();
  if (still.length === 0) return;
  throw new StepFailed(`The tests need ${still.join(', ')} (${why}). Install: apt-get install ${still.join(' ')}`);
}
