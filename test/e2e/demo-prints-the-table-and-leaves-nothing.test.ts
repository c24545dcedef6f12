import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { fixture, startDemo } from '../support/demo-process.ts';
import { eventually } from '../support/eventually.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

test('a demo prints its progress, the table and the shares, exits 0 and leaves no process and no file', async () => {
  await using demo = await startDemo(['--study', fixture('tiny-study.yaml')]);
  await demo.processes();
  expect(await demo.exited).toBe(0);
  const lines = demo.stdout().split('\n');
  expect(lines).toContainEqual(expect.stringMatching(/^A seed 1: started on worker-[12]$/));
  expect(lines).toContainEqual(expect.stringMatching(/^\[2\/2\] [AB] seed 1: test error [\d.]+ % in [\d.]+ s$/));
  expect(lines).toContainEqual(
    expect.stringMatching(/^config\s+S\s+Q\s+weight layers\s+parameters\s+n\s+test error \(%\)$/),
  );
  expect(lines).toContainEqual(expect.stringMatching(/^A\s+32\s+32\s+11\s+236,074\s+1\s+[\d.]+$/));
  expect(lines).toContainEqual(expect.stringMatching(/^Makespan .* on 2 workers .*; [\d.]+ % of the workers' time/));
  expect(demo.stdout()).toContain('/metrics');
  expect(await demo.leftProcesses()).toEqual([]);
  expect(demo.leftFiles()).toEqual([]);
});

test('--keep leaves it serving: tables and metrics can be asked for until Ctrl-C', async () => {
  await using demo = await startDemo(['--study', fixture('tiny-study.yaml'), '--keep', '--workers', '1']);
  const [, address = ''] = await demo.printed(/query\s+.*--coordinator (\S+) table tiny-1/);
  const { stdout } = await promisify(execFile)(process.execPath, [
    PROGRAM,
    '--coordinator',
    address,
    'table',
    'tiny-1',
    '--json',
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ complete: true, totalRows: 2 });
  const [, metrics = ''] = await demo.printed(/metrics {2}(http\S+)$/m);
  expect(await (await fetch(metrics)).text()).toContain('# TYPE tickwork_');
  demo.signal('SIGINT');
  expect(await demo.exited).toBe(0);
  expect(await demo.leftProcesses()).toEqual([]);
  expect(demo.leftFiles()).toEqual([]);
});

test('Ctrl-C in the middle of training takes everything down in order, with exit code 130', async () => {
  await using demo = await startDemo(['--study', fixture('short-study.yaml')]);
  await demo.printed(/epoch 1\/3/);
  demo.signal('SIGINT');
  expect(await demo.exited).toBe(130);
  expect(await demo.leftProcesses()).toEqual([]);
  expect(demo.leftFiles()).toEqual([]);
});

test('a demo that is killed itself leaves no process: the children notice', async () => {
  await using demo = await startDemo(['--study', fixture('short-study.yaml')]);
  await demo.printed(/epoch 1\/3/);
  demo.signal('SIGKILL');
  await demo.exited;
  await eventually('no process to be left', async () => ((await demo.leftProcesses()).length === 0 ? true : undefined));
});

test('a study that is wrong is refused with its places, and nothing is left', async () => {
  await using demo = await startDemo(['--study', fixture('wrong-study.yaml'), '--workers', '1']);
  expect(await demo.exited).toBe(2);
  expect(demo.stderr()).toMatch(/wrong-study\.yaml:\d+:\d+ parameters\.trainEpochz: Expected a trial parameter/);
  expect(await demo.leftProcesses()).toEqual([]);
  expect(demo.leftFiles()).toEqual([]);
});
