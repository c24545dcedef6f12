import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TickworkError } from '../../../core/errors.ts';
import { startCommand, startScriptedServer } from '../../support/cli-run.ts';
import { serveHttp } from '../../support/file-server.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const WRONG: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [[], /Usage: tickwork/],
  [['nonsense'], /unknown command 'nonsense'/],
  [['ls', '--limit', 'many'], /Expected a whole number from 1 to 10000, got "many"/],
  [['table', 'vgg-demo-1', '--format', 'docx'], /Allowed choices are text, markdown/],
  [['table', 'vgg-demo-1', '--group-by', 'a,,b'], /Expected names with commas/],
  [['watch'], /missing required argument 'SWEEP'/],
  [['watch', 'no such sweep!'], /Expected a sweep's name such as vgg-demo-1/],
  [['trials', 'vgg-demo-1', '--state', 'asleep'], /Expected --state to be one of pending/],
  [['submit', '/nonexistent/study.yaml'], /Expected \/nonexistent\/study\.yaml to be a readable study/],
  [['worker', '--label', 'novalue'], /Expected key=value/],
  [['worker', '--name', 'not a token'], /name: Expected 1 to 64 letters/],
  [['--coordinator', 'nowhere', 'ls'], /Expected --coordinator to be HOST:PORT, got "nowhere"/],
  [['--coordinator', '127.0.0.1:70777', 'ls'], /HOST:PORT/],
];

test.each(WRONG)('%j is bad input: exit code 2', async (args, message) => {
  const failed = await startCommand(args).ended;
  expect(failed.err).toMatch(message);
  expect(failed).toMatchObject({ code: 2, out: '' });
});

test('what the coordinator says of a study is shown with the file, line, column and field', async () => {
  await using folder = await temporaryFolder();
  await using server = await startScriptedServer();
  const file = join(folder.path, 'x.yaml');
  await writeFile(file, 'study: x\n');
  const violations = [
    { field: 'factors.config[2]', message: 'Expected a configuration of vgg8, got "Z"', line: 12, column: 5 },
    { field: 'seeds', message: 'Expected at least one seed' },
  ];
  for (const command of ['plan', 'submit']) {
    server.api.failNext(new TickworkError('STUDY_INVALID', 'line 12:5 …', { violations }));
    const failed = await server.run(command, file);
    expect(failed).toMatchObject({ code: 2, out: '' });
    expect(failed.err.split('\n')).toEqual([
      `${file}:12:5 factors.config[2]: Expected a configuration of vgg8, got "Z"`,
      `${file} seeds: Expected at least one seed`,
      'tickwork: STUDY_INVALID, 2 problem(s)',
      '',
    ]);
  }
  server.api.failNext(new TickworkError('STUDY_INVALID', 'line 12:5 …', { violations }));
  const asJson = await server.run('submit', file, '--json');
  expect(JSON.parse(asJson.out)).toMatchObject({ exitCode: 2, error: { code: 'STUDY_INVALID', violations } });
});

test.each([
  ['SWEEP_NOT_FOUND', 2],
  ['SWEEP_FINISHED', 4],
  ['INTERNAL', 1],
] as const)('%s: exit code %i', async (code, exit) => {
  await using server = await startScriptedServer();
  server.api.failNext(new TickworkError(code, 'Expected this, got that.'));
  const failed = await server.run('cancel', 'vgg-demo-3f9a');
  expect(failed.code).toBe(exit);
  expect(failed.err).toContain(code === 'INTERNAL' ? '[INTERNAL]' : `Expected this, got that. [${code}]`);
});

test('an address where nobody listens: exit code 3, naming it and what to do', async () => {
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const address = `127.0.0.1:${(closed.address() as AddressInfo).port}`;
  closed.close();
  await once(closed, 'close');
  for (const [args, env] of [
    [['--coordinator', address], {}],
    [[], { TICKWORK_COORDINATOR: address }],
  ] as const) {
    const failed = await startCommand([...args, 'ls'], env).ended;
    expect(failed).toMatchObject({ code: 3, out: '' });
    expect(failed.err).toContain(`Expected a Tickwork coordinator at ${address}, got no answer (ECONNREFUSED)`);
    expect(failed.err).toContain('tickwork up');
  }
});

test('a server of another kind: exit code 3', async () => {
  await using web = await serveHttp((_, res) => res.end('hello'));
  const failed = await startCommand(['--coordinator', web.url.replace('http://', ''), 'status']).ended;
  expect(failed).toMatchObject({ code: 3, out: '' });
});

test('Ctrl-C in the middle of a call: exit code 130', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const run = startCommand(['--coordinator', `127.0.0.1:${(silent.address() as AddressInfo).port}`, 'ls']);
  run.interrupt();
  expect(await run.ended).toMatchObject({ code: 130, err: 'Interrupted by SIGINT.\n' });
  silent.close();
});
