import { mkdir, writeFile } from 'node:fs/promises';
import { connect, type NatsConnection, nkeyAuthenticator } from 'nats';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeRecord } from '../../../proto/records.ts';
import { natsInbox, natsNames } from '../../../proto/subjects.ts';
import { type Cluster, startCluster } from '../../support/cluster.ts';
import { type LabCredentials, makeLabCredentials } from '../../support/credentials.ts';
import { eventually } from '../../support/eventually.ts';
import SCRIPTS from '../../support/scripted-trials.json' with { type: 'json' };
import { smallStudyYaml } from '../../support/studies.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const names = natsNames('test');
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let lab: LabCredentials;
let cluster: Cluster;
const open: NatsConnection[] = [];

beforeAll(async () => {
  folder = await temporaryFolder();
  lab = await makeLabCredentials(folder.path);
  cluster = await startCluster(await lab.natsConfig('test'));
});
afterAll(async () => {
  for (const connection of open) await connection.close();
  await cluster?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

/** With the key of this member, and any inbox it likes. */
async function connectAs(member: string, inboxPrefix: string): Promise<NatsConnection> {
  const seed = new TextEncoder().encode(lab.read(member).natsSeed);
  const connection = await connect({
    servers: cluster.nats.url,
    authenticator: nkeyAuthenticator(seed),
    inboxPrefix,
    reconnect: false,
  });
  open.push(connection);
  void (async () => {
    for await (const _ of connection.status());
  })();
  return connection;
}

const asWorker = () => connectAs('worker-1', natsInbox('worker-1'));

test('who has no key gets no connection', async () => {
  await expect(connect({ servers: cluster.nats.url, reconnect: false })).rejects.toMatchObject({
    code: 'AUTHORIZATION_VIOLATION',
  });
});

test('coordinator and worker do their whole work with what they are allowed', async () => {
  // A folder with TLS files is for other machines; here only the key is wanted.
  const coordinator = await cluster.startCoordinator({ credentials: await natsOnly('coordinator') });
  const worker = cluster.startWorker('worker-1', { credentials: await natsOnly('worker-1') });
  const { name } = await coordinator.client.submitSweep({
    requestId: 'a',
    studyYaml: smallStudyYaml({ seeds: [SCRIPTS.succeed] }),
  });
  const done = async () =>
    (await coordinator.client.getSweep({ name })).state === 'SWEEP_STATE_COMPLETED' ? true : undefined;
  await eventually('the sweep to end', done);
  // What the coordinator delivers itself it delivers with rights of its own.
  const again = await coordinator.client.submitSweep({
    requestId: 'b',
    studyYaml: smallStudyYaml({ name: 'again', seeds: [SCRIPTS.succeed], extra: 'reuse: true\n' }),
  });
  await eventually('the results to be reused', async () =>
    (await coordinator.client.getSweep({ name: again.name })).counts.reused === 2 ? true : undefined,
  );
  // Again, from the log: replay and reclaim need rights of their own.
  await coordinator.stop();
  const restarted = await cluster.startCoordinator({ credentials: await natsOnly('coordinator') });
  expect((await restarted.client.getSweep({ name })).state).toBe('SWEEP_STATE_COMPLETED');
  await worker.stop();
  await restarted.stop();
});

async function natsOnly(member: string): Promise<string> {
  const path = `${folder.path}/nats-only/${member}`;
  await mkdir(path, { recursive: true });
  await writeFile(`${path}/nats.nk`, lab.read(member).natsSeed ?? '');
  return path;
}

test.each([
  ['the records of another worker', names.recordSubject('worker-2')],
  ['the records of the coordinator', names.reusedSubject],
  ['the event log', names.eventSubject],
  ['the administration of streams', `$JS.API.STREAM.PURGE.${names.recordStream}`],
  ['the list of streams', '$JS.API.STREAM.LIST'],
  ['the messages of a stream', `$JS.API.STREAM.MSG.GET.${names.recordStream}`],
  ['direct reads', `$JS.API.DIRECT.GET.${names.recordStream}`],
  ['consumers', `$JS.API.CONSUMER.CREATE.${names.recordStream}`],
  [
    'acknowledgements in the place of the coordinator',
    `$JS.ACK.${names.recordStream}.${names.recordConsumer('table-1')}.1.1.1.1.0`,
  ],
  ['the leadership', `$KV.${names.leaderBucket}.leader`],
  ['anything else', 'some.subject'],
])('a worker does not write %s', async (_, subject) => {
  const worker = await asWorker();
  await expect(worker.request(subject, '{}', { timeout: 5_000 })).rejects.toMatchObject({
    code: 'PERMISSIONS_VIOLATION',
  });
});

test.each([
  ['the records of all', names.recordSubjects],
  ['the event log', names.eventSubject],
  ['the answers to another worker', `${natsInbox('worker-2')}.>`],
  ['the answers to the coordinator', `${natsInbox()}.>`],
  ['everything', '>'],
])('a worker does not read %s', async (_, subject) => {
  const worker = await asWorker();
  const refused = new Promise((resolve) => worker.subscribe(subject, { callback: (error) => error && resolve(error) }));
  expect(await refused).toMatchObject({ code: 'PERMISSIONS_VIOLATION' });
});

test('the coordinator itself cannot purge or delete what is acknowledged', async () => {
  const coordinator = await connectAs('coordinator', natsInbox());
  for (const verb of ['PURGE', 'DELETE', 'MSG.DELETE']) {
    const asked = coordinator.request(`$JS.API.STREAM.${verb}.${names.recordStream}`, '{}', { timeout: 5_000 });
    await expect(asked, verb).rejects.toMatchObject({ code: 'PERMISSIONS_VIOLATION' });
  }
});

test.each([
  ['of another worker', { worker: 'worker-2' }],
  ['that is said to be reused', { attempt: 0, reusedFrom: { sweepId: 'small-1', cell: 1, attempt: 1 } }],
])('a record %s counts for nothing on the own subject', async (_, changes) => {
  const coordinator = await cluster.startCoordinator({ credentials: await natsOnly('coordinator') });
  const worker = await asWorker();
  const { resultsQuarantined: before } = await coordinator.client.getStatus({});
  const record = {
    kind: 'result' as const,
    ...{ sweepId: 'small-1', cell: 0, attempt: 1, leaseId: 'x', epoch: 1, worker: 'worker-1' },
    ...changes,
    ...{ metrics: { testError: 0 }, provenance: {}, durationMs: 1, endedAt: 0 },
  };
  await worker.jetstream().publish(names.recordSubject('worker-1'), encodeRecord(record));
  await eventually('the record to be set aside', async () =>
    (await coordinator.client.getStatus({})).resultsQuarantined > before ? true : undefined,
  );
  await coordinator.stop();
});
