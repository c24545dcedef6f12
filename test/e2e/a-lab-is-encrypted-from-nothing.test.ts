import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../../chaos/network/free-port.ts';
import { fixture } from '../support/demo-process.ts';
import { eventually } from '../support/eventually.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { startTickwork, tickwork } from '../support/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** docs/security.md, word by word, on one machine; then what must not work. */
test('programs that prove themselves by the credentials of `tickwork certs` run a sweep; all others are refused by name', async () => {
  await using folder = await temporaryFolder();
  const at = (...names: string[]): string => join(folder.path, ...names);
  const ok = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await tickwork(args);
    expect(`${code} ${stderr}`).toMatch(/^0 /);
    return stdout;
  };
  const people = ['--user', 'ada=submitter', '--user', 'vera=viewer'];
  await ok('certs', '--dir', at('certs'), '--host', '127.0.0.1', '--worker', 'gpu0', ...people);
  await ok('certs', '--dir', at('others'), '--host', '127.0.0.1', '--worker', 'gpu0', ...people);
  const token = (await ok('token', 'create', 'vera', '--role', 'viewer', '--tokens', at('tokens.json'))).trim();

  await using nats = await startNatsServer({ config: await ok('nats-config', '--dir', at('certs')) });
  const [grpc, http] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  await using coordinator = startTickwork([
    ...['coordinator', '--credentials', at('certs', 'coordinator'), '--tokens', at('tokens.json')],
    ...['--grpc', grpc, '--http', http, '--nats', nats.url.replace('nats:', 'tls:'), '--state-dir', at('state')],
  ]);
  const asked = (credentials: string, ...args: string[]) =>
    tickwork(['--coordinator', grpc, '--credentials', credentials, ...args]);
  await eventually(
    'the coordinator to answer',
    async () => ((await asked(at('certs', 'ada'), 'ls')).code === 0 ? true : undefined),
    60_000,
  ).catch((error: Error) => {
    throw new Error(`${error.message}\n${coordinator.output()}`);
  });

  await using worker = startTickwork([
    ...['worker', '--coordinator', grpc, '--credentials', at('certs', 'gpu0'), '--state-dir', at('worker')],
    ...['--executor', 'onnx', '--threads', '1', '--checkpoint-dir', at('checkpoints')],
  ]);
  const swept = await asked(at('certs', 'ada'), 'submit', fixture('tiny-study.yaml'), '--wait');
  expect(`${swept.stdout}${swept.stderr}${swept.code === 0 ? '' : worker.output()}`).toMatch(
    /tiny-1 completed: 2 of 2 trials succeeded/,
  );
  const workers = JSON.parse((await asked(at('certs', 'vera'), 'workers', '--json')).stdout) as {
    workers: { name: string }[];
  };
  expect(workers.workers.map(({ name }) => name)).toEqual(['workers/gpu0']);

  const refusal = async (credentials: string, ...args: string[]): Promise<string> => {
    const { code, stderr } = await asked(credentials, ...args);
    return code === 0 ? 'not refused' : stderr;
  };
  const submit = ['submit', fixture('tiny-study.yaml')];
  expect(await refusal(at('others', 'ada'), 'ls')).toContain('CERTIFICATE_INVALID');
  await cp(at('certs', 'ada', 'ca.crt'), at('nobody', 'ca.crt'));
  expect(await refusal(at('nobody'), 'ls')).toContain('CERTIFICATE_INVALID');
  expect(await refusal(at('certs', 'vera'), ...submit)).toContain('PERMISSION_DENIED');
  // A token goes before the certificate that carries it.
  const lessened = await tickwork(['--coordinator', grpc, '--credentials', at('certs', 'ada'), ...submit], {
    TICKWORK_TOKEN: token,
  });
  expect(lessened.stderr).toContain('PERMISSION_DENIED');
  expect((await tickwork(['--coordinator', grpc, 'ls'])).code).not.toBe(0);
  const worksAsAda = ['worker', '--state-dir', at('worker-2'), '--executor', 'onnx'];
  expect(await refusal(at('certs', 'ada'), ...worksAsAda)).toContain('PERMISSION_DENIED');
});
