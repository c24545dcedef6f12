import { randomUUID } from 'node:crypto';
import { type Metadata, status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeStatusDetails, STATUS_DETAILS_KEY, type StatusDetails } from '../../../proto/status-details.ts';
import type { ApiClient } from '../../support/api-client.ts';
import { type Cluster, type RunningCoordinator, startCluster } from '../../support/cluster.ts';
import { smallStudyYaml } from '../../support/studies.ts';

let cluster: Cluster;
let coordinator: RunningCoordinator;
let client: ApiClient;
beforeAll(async () => {
  cluster = await startCluster();
  coordinator = await cluster.startCoordinator();
  ({ client } = coordinator);
});
afterAll(() => cluster?.[Symbol.asyncDispose]());

interface Refusal {
  readonly status: string;
  readonly message: string;
  readonly details: StatusDetails | undefined;
}

/** How a call failed, as a client in any language sees it. */
async function refusalOf(call: Promise<unknown>): Promise<Refusal> {
  const error = (await call.then(
    () => Promise.reject(new Error('Expected a refusal, got an answer.')),
    (reason: unknown) => reason,
  )) as { code: number; details: string; metadata?: Metadata };
  const [bytes] = error.metadata?.get(STATUS_DETAILS_KEY) ?? [];
  return {
    status: status[error.code] as string,
    message: error.details,
    details: bytes instanceof Uint8Array ? decodeStatusDetails(bytes) : undefined,
  };
}

const submit = (studyYaml: string, requestId: string = randomUUID()) => client.submitSweep({ requestId, studyYaml });
const names = (items: readonly { name: string }[]): string[] => items.map(({ name }) => name);

/** Follows next_page_token to the end. */
async function pages(
  call: (pageToken: string) => Promise<{ nextPageToken: string }>,
): Promise<{ nextPageToken: string }[]> {
  const all: { nextPageToken: string }[] = [];
  for (
    let token = '';
    all.length === 0 || token !== '';
    token = (all.at(-1) as { nextPageToken: string }).nextPageToken
  ) {
    all.push(await call(token));
  }
  return all;
}

describe('a bad study', () => {
  it.each<[what: string, code: string, field: string, yaml: string, line: number, column: number]>([
    ['text that is no YAML', 'STUDY_SYNTAX', '', 'study: [', 1, 9],
    ['an unknown key', 'STUDY_INVALID', 'fators', `${smallStudyYaml()}fators: {}\n`, 15, 1],
    [
      'a value of the wrong type',
      'STUDY_INVALID',
      'seeds',
      smallStudyYaml().replace('seeds: [1]', 'seeds: many'),
      2,
      8,
    ],
    [
      'NaN',
      'STUDY_INVALID',
      'parameters.learningRate',
      smallStudyYaml().replace('learningRate: 0.01', 'learningRate: .nan'),
      12,
      17,
    ],
    ['an empty axis', 'GRID_EMPTY', 'factors.config', smallStudyYaml({ configs: [] }), 14, 11],
    [
      'a constraint that keeps no cell',
      'GRID_EMPTY',
      'where',
      smallStudyYaml({ extra: 'where: config == "E"\n' }),
      15,
      8,
    ],
    [
      'a constraint that is code',
      'STUDY_INVALID',
      'where',
      smallStudyYaml({ extra: 'where: process.exit(1)\n' }),
      15,
      8,
    ],
    [
      'an unknown network',
      'STUDY_INVALID',
      'parameters.network',
      smallStudyYaml().replace('network: vgg8', 'network: resnet'),
      4,
      12,
    ],
    ['an unknown configuration', 'STUDY_INVALID', 'factors.config[1]', smallStudyYaml({ configs: ['A', 'Z'] }), 14, 15],
    ['a grid of 10^12 cells', 'GRID_TOO_LARGE', 'factors', bigGrid(), 14, 3],
  ])('with %s is refused by field and place', async (_, code, field, studyYaml, line, column) => {
    for (const call of [() => client.planSweep({ studyYaml }), () => submit(studyYaml)]) {
      const { status: name, details } = await refusalOf(call());
      expect(name).toBe('INVALID_ARGUMENT');
      expect(details?.code).toBe(code);
      expect(details?.violations[0]).toMatchObject({ field, line, column });
    }
    expect((await client.listSweeps({})).sweeps).toEqual([]);
  });

  it('with a thousand mistakes is refused in a reply that any client can read', async () => {
    const studyYaml = smallStudyYaml({ extra: Array.from({ length: 1_000 }, (_, i) => `"ключ-${i}": 1\n`).join('') });
    const { status: name, details, message } = await refusalOf(submit(studyYaml));
    expect(name).toBe('INVALID_ARGUMENT');
    expect(details?.violations.length).toBeGreaterThan(5);
    expect(encodeURI(message).length).toBeLessThan(2_100);
  });

  it('that is too long is refused before it is read', async () => {
    const { details } = await refusalOf(submit(`# ${'x'.repeat(131_072)}\n${smallStudyYaml()}`));
    expect(details).toMatchObject({ code: 'STUDY_INVALID' });
    expect(details?.message).toContain('at most 131072 characters');
  });
});

function bigGrid(): string {
  const levels = Array.from({ length: 1000 }, (_, i) => i + 1).join(', ');
  const extra = ['batchSize', 'trainEpochs', 'trainImages'].map((name) => `  ${name}: [${levels}]\n`).join('');
  return smallStudyYaml({ configs: ['A'], extra: `${extra}  learningRate: [${levels}]\n` });
}

describe('a request', () => {
  it('with its id again gives the same sweep; with other contents it is refused', async () => {
    const requestId = randomUUID();
    const first = await submit(smallStudyYaml({ name: 'twice' }), requestId);
    const [again, atOnce] = await Promise.all([1, 2].map(() => submit(smallStudyYaml({ name: 'twice' }), requestId)));
    expect([again.name, atOnce.name]).toEqual([first.name, first.name]);
    const other = await refusalOf(submit(smallStudyYaml({ name: 'other' }), requestId));
    expect(other).toMatchObject({ status: 'ALREADY_EXISTS', details: { code: 'REQUEST_ID_REUSED' } });
    const cancelId = randomUUID();
    const cancelled = await client.cancelSweep({ requestId: cancelId, name: first.name });
    expect(await client.cancelSweep({ requestId: cancelId, name: first.name })).toEqual(cancelled);
    const late = await refusalOf(client.cancelSweep({ requestId: randomUUID(), name: first.name }));
    expect(late).toMatchObject({ status: 'FAILED_PRECONDITION', details: { code: 'SWEEP_FINISHED' } });
  });

  it('without an id is refused', async () => {
    const { details } = await refusalOf(submit(smallStudyYaml(), ''));
    expect(details).toMatchObject({ code: 'ARGUMENT_INVALID', violations: [{ field: 'request_id' }] });
  });

  it('of a kind of failure that does not exist is refused, not unknown', async () => {
    // Thrown before there is anything to wait for.
    const kinds = [99 as never];
    const refused = await refusalOf(client.retryFailed({ requestId: randomUUID(), name: 'sweeps/none-1', kinds }));
    expect(refused).toMatchObject({ status: 'INVALID_ARGUMENT', details: { code: 'ARGUMENT_INVALID' } });
  });

  it('that names an unknown sweep is NOT_FOUND; one that names none is refused by field', async () => {
    const drain = async (stream: AsyncIterable<unknown>) => {
      for await (const _ of stream);
    };
    const unknown = 'sweeps/nothing-1';
    const calls: Record<string, (name: string) => Promise<unknown>> = {
      name: (name) => client.getSweep({ name }),
      parent: (parent) => client.getTable({ parent }),
      'parent of trials': (parent) => client.listTrials({ parent }),
      'parent of reports': (parent) => client.listReports({ parent }),
      'name of a cancel': (name) => client.cancelSweep({ requestId: randomUUID(), name }),
      'name of a watch': (name) => drain(client.stream('watchSweep', { name })),
      'parent of a watched table': (parent) => drain(client.stream('watchTable', { table: { parent } })),
      'parent of an export': (parent) =>
        drain(client.stream('exportTable', { table: { parent }, format: 'TABLE_FORMAT_CSV' })),
    };
    for (const [field, call] of Object.entries(calls)) {
      expect(await refusalOf(call(unknown)), field).toMatchObject({
        status: 'NOT_FOUND',
        details: { code: 'SWEEP_NOT_FOUND' },
      });
      const { details } = await refusalOf(call('nothing'));
      expect(details, field).toMatchObject({ code: 'ARGUMENT_INVALID', violations: [{ field: field.split(' ')[0] }] });
    }
  });

  it('with a bad field is refused by its name', async () => {
    const { name: parent } = await submit(smallStudyYaml({ name: 'fields' }));
    const cases: [field: string, call: () => Promise<unknown>][] = [
      ['group_by[1]', () => client.getTable({ parent, groupBy: ['config', 'colour'] })],
      ['group_by[1]', () => client.getTable({ parent, groupBy: ['config', 'config'] })],
      ['metrics[0]', () => client.getTable({ parent, metrics: ['beauty'] })],
      ['page_size', () => client.getTable({ parent, pageSize: 1001 })],
      ['page_size', () => client.listTrials({ parent, pageSize: 1001 })],
      ['page_size', () => client.listSweeps({ pageSize: 1001 })],
      ['page_size', () => client.listWorkers({ pageSize: 1001 })],
      ['page_size', () => client.listReports({ parent, pageSize: 10_001 })],
      ['state', () => client.listTrials({ parent, state: 77 as never })],
    ];
    for (const [field, call] of cases) {
      const refusal = await refusalOf(call());
      expect(refusal.status, field).toBe('INVALID_ARGUMENT');
      expect(refusal.details, field).toMatchObject({ code: 'ARGUMENT_INVALID', violations: [{ field }] });
    }
  });
});

describe('a list', () => {
  it('of sweeps is newest first, in pages that a new sweep does not shift', async () => {
    for (let i = 0; i < 3; i++) await submit(smallStudyYaml({ name: `page-${i}` }));
    const first = await client.listSweeps({ pageSize: 2 });
    expect(names(first.sweeps)).toEqual(['sweeps/page-2-1', 'sweeps/page-1-1']);
    await submit(smallStudyYaml({ name: 'page-3' }));
    const second = await client.listSweeps({ pageSize: 2, pageToken: first.nextPageToken });
    expect(names(second.sweeps)[0]).toBe('sweeps/page-0-1');
    const all = (await pages((pageToken) => client.listSweeps({ pageSize: 2, pageToken }))) as unknown as {
      sweeps: { name: string }[];
    }[];
    const listed = all.flatMap(({ sweeps }) => names(sweeps));
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(names((await client.listSweeps({})).sweeps));
  });

  it('of trials and of table rows comes in pages of any size', async () => {
    const { name: parent } = await submit(
      smallStudyYaml({ name: 'paged', configs: ['A', 'B', 'C', 'D'], seeds: [1, 2] }),
    );
    const trials = (await pages((pageToken) => client.listTrials({ parent, pageSize: 3, pageToken }))) as unknown as {
      trials: { cell: number; waitingReason: string }[];
    }[];
    expect(trials.map((page) => page.trials.map(({ cell }) => cell))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7],
    ]);
    expect(trials[0]?.trials[0]?.waitingReason).toBe('no worker is connected');
    const tables = (await pages((pageToken) => client.getTable({ parent, pageSize: 3, pageToken }))) as unknown as {
      rows: unknown[];
      totalRows: number;
    }[];
    expect(tables.map(({ rows, totalRows }) => [rows.length, totalRows])).toEqual([
      [3, 4],
      [1, 4],
    ]);
    expect((await client.listTrials({ parent, state: 'TRIAL_STATE_RUNNING' })).trials).toEqual([]);
    expect((await client.listTrials({ parent, state: 'TRIAL_STATE_PENDING', pageSize: 5 })).trials).toHaveLength(5);
  });

  it('refuses the token of another list, and text that is none', async () => {
    const { name: parent } = await submit(smallStudyYaml({ name: 'tokens', configs: ['A', 'B', 'C'] }));
    const { name: other } = await submit(smallStudyYaml({ name: 'others', configs: ['A', 'B', 'C'] }));
    const { nextPageToken: trials } = await client.listTrials({ parent, pageSize: 1 });
    const { nextPageToken: table } = await client.getTable({ parent, pageSize: 1 });
    const forged = Buffer.from(JSON.stringify([`reports ${parent}`, 'x'])).toString('base64url');
    const negative = Buffer.from(JSON.stringify(['sweeps', -5])).toString('base64url');
    const calls = [
      () => client.listTrials({ parent: other, pageToken: trials }),
      () => client.listTrials({ parent, pageToken: trials, state: 'TRIAL_STATE_FAILED' }),
      () => client.listTrials({ parent, pageToken: table }),
      () => client.getTable({ parent, pageToken: table, groupBy: [], metrics: ['trainLoss'] }),
      () => client.listSweeps({ pageToken: trials }),
      () => client.listSweeps({ pageToken: 'nonsense' }),
      () => client.listSweeps({ pageToken: negative }),
      () => client.listWorkers({ pageToken: trials }),
      () => client.listReports({ parent, pageToken: forged }),
    ];
    for (const call of calls) {
      expect(await refusalOf(call())).toMatchObject({
        status: 'INVALID_ARGUMENT',
        details: { code: 'PAGE_TOKEN_INVALID', violations: [{ field: 'page_token' }] },
      });
    }
  });
});
