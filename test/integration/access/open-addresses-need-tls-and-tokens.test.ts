import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CoordinatorConfigInput, parseCoordinatorConfig } from '../../../coordinator/config.ts';
import { runCoordinator } from '../../../coordinator/main.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { type LabCredentials, makeLabCredentials } from '../../support/credentials.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lab: LabCredentials;
beforeAll(async () => {
  folder = await temporaryFolder();
  lab = await makeLabCredentials(folder.path);
});
afterAll(async () => folder?.[Symbol.asyncDispose]());

/** A NATS that is not there: a coordinator that was let past the check says so instead. */
async function start(config: Partial<CoordinatorConfigInput>): Promise<{ code: string; message: string }> {
  const stateDir = join(folder.path, 'state');
  const parsed = parseCoordinatorConfig({
    stateDir,
    grpcPort: 0,
    httpPort: 0,
    natsServers: ['nats://127.0.0.1:1'],
    ...config,
  });
  const ending = AbortSignal.timeout(60_000);
  return runCoordinator(parsed, { signal: ending, logger: createLogger('test', 'silent') }).then(
    () => ({ code: 'ended', message: '' }),
    (error: unknown) => error as { code: string; message: string },
  );
}

const OPEN = { httpHost: '0.0.0.0', grpcHost: '0.0.0.0' };

test.each([
  ['gRPC', { grpcHost: '0.0.0.0' }],
  ['HTTP, which has the metrics', { httpHost: '0.0.0.0' }],
  ['IPv6', { grpcHost: '[::]' }],
  ['a name', { grpcHost: 'head.lab.example' }],
])('%s beyond this machine is refused without TLS and tokens, before anything is touched', async (_, config) => {
  const { code, message } = await start(config);
  expect(code).toBe('INSECURE_ADDRESS');
  expect(message).toMatch(
    /--credentials DIR.*--tokens FILE.*tickwork certs.*tickwork token create.*127\.0\.0\.1.*--insecure/,
  );
  expect(existsSync(join(folder.path, 'state'))).toBe(false);
});

test('TLS alone and tokens alone are not enough', async () => {
  const withTls = await start({ ...OPEN, credentials: lab.folder('coordinator') });
  expect(withTls).toMatchObject({ code: 'INSECURE_ADDRESS', message: expect.stringMatching(/without tokens/) });
  const withTokens = await start({ ...OPEN, tokens: lab.tokenFile });
  expect(withTokens).toMatchObject({ code: 'INSECURE_ADDRESS', message: expect.stringMatching(/without TLS/) });
});

test('files that are not there, or not what they should be, are said by name', async () => {
  expect(await start({ tokens: join(folder.path, 'nothing.json') })).toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/nothing\.json/),
  });
  expect(await start({ credentials: join(folder.path, 'nothing') })).toMatchObject({ code: 'CERTIFICATE_INVALID' });
  expect(await start({ tokens: lab.folder('coordinator/tls.crt') })).toMatchObject({ code: 'CONFIG_INVALID' });
});

test('both together, or --insecure, are let past', async () => {
  const both = { ...OPEN, credentials: lab.folder('coordinator'), tokens: lab.tokenFile };
  expect((await start(both)).code).toBe('NATS_UNREACHABLE');
  expect((await start({ ...OPEN, insecure: true })).code).toBe('NATS_UNREACHABLE');
});
