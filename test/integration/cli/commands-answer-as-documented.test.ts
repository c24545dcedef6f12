import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ScriptedServer, startCommand, startScriptedServer } from '../../support/cli-run.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Every command that only asks, with what its text and its JSON must hold. */
const ASKING: readonly (readonly [args: readonly string[], text: RegExp, json: (value: never) => void])[] = [
  [['ls'], /^vgg-demo-3f9a +active +10\/14/m, ({ sweeps }: { sweeps: object[] }) => expect(sweeps).toHaveLength(3)],
  [
    ['ls', '--limit', '2'],
    /^vgg-demo-b07c +completed/m,
    ({ sweeps }: { sweeps: object[] }) => expect(sweeps).toHaveLength(2),
  ],
  [
    ['workers'],
    /^gpu-a +connected +bench-2 +1 +onnx +cpu +11.2 GiB +98.1 %/m,
    ({ workers }: { workers: object[] }) => expect(workers).toHaveLength(2),
  ],
  [
    ['status'],
    /^NATS +2\.12\.1, survives: process crash/m,
    (status: object) => expect(status).toMatchObject({ busySlots: 2, startTime: '2026-09-21T14:13:20.500Z' }),
  ],
  [
    ['trials', 'vgg-demo-3f9a'],
    /^ *5 +E +S=32 +1 +failed/m,
    ({ trials }: { trials: object[] }) => expect(trials).toHaveLength(14),
  ],
  [
    ['trials', 'vgg-demo-3f9a', '--state', 'running'],
    /^ *10 .* epoch 3\/3$/m,
    ({ trials }: { trials: object[] }) => expect(trials).toHaveLength(2),
  ],
  [
    ['trials', 'sweeps/vgg-demo-3f9a', '--limit', '3'],
    /^ *2 +B/m,
    ({ trials }: { trials: object[] }) => expect(trials).toHaveLength(3),
  ],
  [
    ['why', 'vgg-demo-3f9a', '10'],
    /^running, attempt 1 on .*: epoch 3\/3$/m,
    (trial: object) => expect(trial).toMatchObject({ cell: 10 }),
  ],
  [
    ['table', 'vgg-demo-3f9a'],
    /^A-LRN .*│ +29\.7 +10\.5$/m,
    (table: object) => expect(table).toMatchObject({ complete: false, totalRows: 7 }),
  ],
  [
    ['table', 'vgg-demo-b07c', '--group-by', 'config'],
    /^D +/m,
    (table: object) => expect(table).toMatchObject({ groupBy: ['config'] }),
  ],
];

test.each(ASKING)('%j prints text, and JSON alone with --json', async (args, text, json) => {
  const plain = await server.run(...args);
  expect(plain).toMatchObject({ code: 0, err: '' });
  expect(plain.out).toMatch(text);
  const asJson = await server.run(...args, '--json');
  expect(asJson).toMatchObject({ code: 0, err: '' });
  json(JSON.parse(asJson.out) as never);
});

test('plan and submit send the bytes of the file, and a request id', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'study.yaml');
  await writeFile(file, 'study: ünïcode\n');
  const plan = await server.run('plan', file);
  expect(plan).toMatchObject({ code: 0, err: '' });
  expect(plan.out).toContain('14 trials = 7 configurations × 2 seeds (1, 2)');
  expect(server.api.requests.at(-1)).toMatchObject({ studyYaml: 'study: ünïcode\n' });

  const submitted = await server.run('submit', file);
  expect(submitted.code).toBe(0);
  expect(submitted.out).toBe('vgg-demo-new\n');
  expect(submitted.err).toContain('tickwork watch vgg-demo-new');
  expect(server.api.requests.at(-1)).toMatchObject({
    studyYaml: 'study: ünïcode\n',
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  server.world.sweeps.shift();
});

test('exports go to stdout or into a file that appears whole', async () => {
  await using folder = await temporaryFolder();
  const csv = await server.run('table', 'vgg-demo-b07c', '--format', 'csv');
  expect(csv.out.split('\n')[0]).toBe('config,scale,n');
  expect(server.api.requests.at(-1)).toMatchObject({ format: 'TABLE_FORMAT_CSV', allowIncomplete: true });
  const file = join(folder.path, 'table.csv');
  const saved = await server.run('table', 'vgg-demo-b07c', '--format', 'csv', '-o', file, '--json');
  expect(JSON.parse(saved.out)).toEqual({ file, bytes: csv.out.length });
  expect(await readFile(file, 'utf8')).toBe(csv.out);
  expect(await readdir(folder.path)).toEqual(['table.csv']);
  const nowhere = await server.run(
    'table',
    'vgg-demo-b07c',
    '--format',
    'csv',
    '-o',
    join(folder.path, 'no/such/folder'),
  );
  expect(nowhere).toMatchObject({ code: 2, err: expect.stringContaining('to be writable') });
});

test('cancel says what became of the sweep', async () => {
  await using own = await startScriptedServer();
  const cancelled = await own.run('cancel', 'vgg-demo-3f9a');
  expect(cancelled).toMatchObject({ code: 0, out: expect.stringMatching(/^vgg-demo-3f9a +cancelled/m) });
  expect(own.api.requests.at(-1)).toMatchObject({
    name: 'sweeps/vgg-demo-3f9a',
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
});

const COMMANDS = [
  'demo',
  'up',
  'coordinator',
  'worker',
  'plan',
  'submit',
  'watch',
  'ls',
  'trials',
  'table',
  'cancel',
  'workers',
  'status',
];

test.each(COMMANDS)('%s --help shows examples', async (command) => {
  const help = await startCommand([command, '--help']).ended;
  expect(help).toMatchObject({ code: 0, err: '' });
  expect(help.out.split('Examples:\n')[1]?.trim().split('\n').length).toBeGreaterThanOrEqual(2);
  expect(help.out).toContain('--json');
});

test('--help lists every command and the exit codes; --version is the version', async () => {
  const help = await startCommand(['--help']).ended;
  for (const command of COMMANDS) expect(help.out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  expect(help.out).toMatch(/^ {2}130 +interrupted$/m);
  expect((await startCommand(['--version']).ended).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});
