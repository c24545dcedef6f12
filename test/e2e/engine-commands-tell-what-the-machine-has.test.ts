import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommandLine } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const STUDY = 'studies/demo.yaml';

test('show prints the step graph of a cell, and refuses one that the grid does not have', async () => {
  const shown = await runCommandLine(['engine', 'show', STUDY, '--cell', '0']);
  expect(shown.stdout).toMatch(/^step VGG\/8 A training, batch \d+\n {2}%0 = Input/);
  expect(shown.stdout).toMatch(/VGG\/8 A: \d+ nodes as traced, \d+ after the passes\./);
  expect(shown.stdout).toMatch(/Memory from the liveness of values: at most [\d.]+ [MG]B at node %\d+ /);
  const refused = await runCommandLine(['engine', 'show', STUDY, '--cell', '999']);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(/Expected the cell to be from 0 to \d+, got 999/);
});

test('check proves a step against TensorFlow.js and against numeric gradients', async () => {
  const { exitCode, stdout } = await runCommandLine(['engine', 'check', STUDY, '--batch', '2', '--json']);
  expect(exitCode).toBe(0);
  const { passed, oracle, gradients } = JSON.parse(stdout);
  expect(passed).toBe(true);
  expect(oracle.outputs.length).toBeGreaterThan(20);
  expect(gradients.length).toBeGreaterThan(10);
});

test('probe measures what works and says why the rest does not', async () => {
  await using folder = await temporaryFolder();
  // A Python that does not run, and a cache that holds no addon.
  const env = { TICKWORK_PYTHON: '/bin/false', PATH: '/nowhere', XDG_CACHE_HOME: folder.path };
  const { exitCode, stdout } = await runCommandLine(['engine', 'probe', '--device', 'cpu', '--json'], env);
  expect(exitCode).toBe(0);
  const reports = JSON.parse(stdout) as { candidate: { executor: string }; outcome: Record<string, unknown> }[];
  const outcomeOf = (name: string) => reports.find(({ candidate }) => candidate.executor === name)?.outcome;
  expect(outcomeOf('onnx')).toMatchObject({ usable: true, description: { executor: 'onnx', device: 'cpu' } });
  expect(outcomeOf('cpu')).toMatchObject({ usable: true, speed: { batch: 1 } });
  for (const name of ['torch', 'tensorflow']) {
    const message = expect.stringMatching(/TICKWORK_PYTHON to name a Python interpreter that runs/);
    expect(outcomeOf(name)).toMatchObject({ usable: false, failure: { code: 'EXECUTOR_UNAVAILABLE', message } });
  }
});

test('an addon that is no library for this machine is a reason, and build says what is missing', async () => {
  await using folder = await temporaryFolder();
  const torch = join(folder.path, 'site', 'torch');
  for (const file of ['lib/libtorch_cpu.so', 'lib/libc10.so', 'include/ATen/ATen.h', '__init__.py', 'version.py']) {
    await mkdir(join(torch, file, '..'), { recursive: true });
    await writeFile(join(torch, file), file === 'version.py' ? "__version__ = '2.9.0'\n" : '');
  }
  const python = join(folder.path, 'python');
  await writeFile(python, `#!/bin/sh\nPYTHONPATH=${join(folder.path, 'site')} exec python3 "$@"\n`);
  await chmod(python, 0o755);
  const env = { TICKWORK_PYTHON: python, XDG_CACHE_HOME: folder.path };
  const built = await runCommandLine(['engine', 'build', 'torch'], env);
  expect(built.exitCode).not.toBe(0);
  expect(built.stderr).toMatch(/\[(ADDON_BUILD_FAILED|EXECUTOR_UNAVAILABLE)\]/);
  expect(built.stderr).not.toMatch(/defect of Tickwork/);
});

test('a worker with an executor that does not work takes no lease: it says why and ends', async () => {
  await using folder = await temporaryFolder();
  const env = { TICKWORK_PYTHON: '/bin/false', PATH: '/nowhere', XDG_CACHE_HOME: folder.path };
  const args = ['worker', '--coordinator', '127.0.0.1:9', '--state-dir', folder.path, '--executor', 'torch'];
  const { exitCode, stderr } = await runCommandLine(args, env);
  expect(exitCode).not.toBe(0);
  expect(stderr).toMatch(/Python interpreter that runs, got \/bin\/false.*\[EXECUTOR_UNAVAILABLE\]/s);
  const gpu = await runCommandLine(
    ['worker', '--coordinator', '127.0.0.1:9', '--state-dir', folder.path, '--require-gpu'],
    env,
  );
  expect(gpu.exitCode).not.toBe(0);
  expect(gpu.stderr).toMatch(/\[EXECUTOR_UNAVAILABLE\]/);
});
