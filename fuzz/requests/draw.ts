import fc, { type Arbitrary } from 'fast-check';
import { encodeMessage, hostileText, messageOf, rpcMethods } from './message.ts';
import type { Asker, FuzzRequest } from './request.ts';
import { studyYaml, verdictOf } from './study-yaml.ts';

/** Those who may come through more often than those who may not. */
const asker: Arbitrary<Asker> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Asker>('admin') },
  { weight: 5, arbitrary: fc.constantFrom<Asker>('nobody', 'stranger', 'viewer', 'submitter', 'worker') },
);

/** Text becomes bytes and text again on its way. */
const travelled = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

const rpcs: Arbitrary<FuzzRequest>[] = rpcMethods().map(({ path, type, stream }) =>
  fc
    .tuple(asker, fc.array(messageOf(type), { minLength: 1, maxLength: stream ? 5 : 1 }), studyYaml)
    .map(([who, messages, yaml]): FuzzRequest => {
      const hasStudy = 'studyYaml' in type.fields;
      if (hasStudy)
        for (const message of messages)
          Object.assign(message, {
            studyYaml: travelled(yaml),
            ...('requestId' in type.fields ? { requestId: crypto.randomUUID() } : {}),
          });
      return {
        kind: 'rpc',
        asker: who,
        path,
        messages: messages.map((message) => encodeMessage(type, message)),
        wellFormed: true,
        ...(hasStudy ? { study: verdictOf(travelled(yaml)) } : {}),
      };
    }),
);

const wrongBytes: Arbitrary<FuzzRequest> = fc
  .tuple(
    asker,
    fc.constantFrom(...rpcMethods().map(({ path }) => path)),
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom(
        new Uint8Array(5 * 1024 * 1024),
        new Uint8Array([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        new Uint8Array(2_000).fill(0x0b),
      ),
    ),
  )
  .map(([who, path, bytes]) => ({ kind: 'rpc', asker: who, path, messages: [bytes], wellFormed: false }));

const unknownMethods: Arbitrary<FuzzRequest> = fc
  .tuple(
    asker,
    fc.constantFrom(
      '/tickwork.v1.SweepService/DropSweep',
      '/tickwork.v2.SweepService/GetSweep',
      '/x/y',
      '/grpc.health.v1.Health/Reset',
      '/tickwork.v1.SweepService/',
      '/toString/constructor',
    ),
  )
  .map(([who, path]) => ({ kind: 'rpc', asker: who, path, messages: [new Uint8Array()], wellFormed: false }));

const segment = fc.oneof(
  hostileText.map(encodeURIComponentSafely),
  fc.constantFrom('x-1', '..', '.', '%00', '%2e%2e%2f', '0', '~'),
);
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom(
        'pageSize',
        'pageToken',
        'groupBy',
        'metrics',
        'format',
        'state',
        'allowIncomplete',
        'minIntervalMs',
        '__proto__',
        'x',
      ),
      segment,
    ),
    { maxLength: 4 },
  )
  .map((pairs) => (pairs.length === 0 ? '' : `?${pairs.map(([key, value]) => `${key}=${value}`).join('&')}`));

const paths = fc
  .tuple(
    fc.constantFrom(
      '/api/v1/status',
      '/api/v1/workers',
      '/api/v1/workers/{}:drain',
      '/api/v1/sweeps',
      '/api/v1/sweeps:plan',
      '/api/v1/sweeps/{}',
      '/api/v1/sweeps/{}:cancel',
      '/api/v1/sweeps/{}:edit',
      '/api/v1/sweeps/{}:pause',
      '/api/v1/sweeps/{}:resume',
      '/api/v1/sweeps/{}:retryFailed',
      '/api/v1/sweeps/{}/trials',
      '/api/v1/sweeps/{}/trials/{}',
      '/api/v1/sweeps/{}/reports',
      '/api/v1/sweeps/{}/table',
      '/api/v1/sweeps/{}/table:export',
      '/api/v1/sweeps/{}/table:watch',
      '/api/v1/sweeps/{}:watch',
      '/metrics',
      '/healthz',
      '/',
      '/index.html',
      '/assets/{}',
      '/api/{}',
      '/{}',
      '//{}',
    ),
    segment,
    segment,
    query,
  )
  .map(([template, first, second, search]) => template.replace('{}', () => first).replace('{}', () => second) + search);

const headers = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ 'content-type': 'application/json' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>>(
      {},
      { 'content-type': 'text/plain' },
      { host: 'evil.example' },
      { 'content-type': 'application/json', 'content-length': '99' },
      { 'if-none-match': '*' },
      { expect: '100-continue' },
      { 'accept-encoding': 'gzip;q=x' },
    ),
  },
);

const body = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    '{',
    '[]',
    'null',
    '{"__proto__":{"a":1},"requestId":"x"}',
    '{"requestId":1}',
    `{"studyYaml":"${'x'.repeat(1_100_000)}"}`,
    `${'['.repeat(100_000)}`,
  ),
  fc
    .record({ requestId: hostileText, kinds: fc.array(hostileText, { maxLength: 3 }) }, { requiredKeys: [] })
    .map((value) => JSON.stringify(value)),
);

const https: Arbitrary<FuzzRequest> = fc
  .tuple(
    asker,
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom('GET', 'POST') },
      { weight: 1, arbitrary: fc.constantFrom('HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE') },
    ),
    paths,
    headers,
    body,
  )
  .map(([who, method, path, sent, text]) => ({
    kind: 'http',
    asker: who,
    method,
    path,
    headers: sent,
    ...(method === 'POST' ? { body: text } : {}),
  }));

const httpStudies: Arbitrary<FuzzRequest> = fc.tuple(asker, fc.boolean(), studyYaml).map(([who, plan, yaml]) => ({
  kind: 'http',
  asker: who,
  method: 'POST',
  path: plan ? '/api/v1/sweeps:plan' : '/api/v1/sweeps',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(plan ? { studyYaml: yaml } : { requestId: crypto.randomUUID(), studyYaml: yaml }),
  study: verdictOf(travelled(yaml)),
}));

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** A SETTINGS frame without settings (RFC 9113 §6.5). */
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
/** A frame of any type, with any flags, on any stream, of a length that may be a lie. */
const frame = fc
  .tuple(fc.nat(0xffffff), fc.nat(255), fc.nat(255), fc.nat(7), fc.uint8Array({ maxLength: 64 }), fc.boolean())
  .map(([length, type, flags, stream, payload, honest]) => {
    const size = honest ? payload.length : length;
    return Buffer.concat([
      Buffer.from([size >> 16, (size >> 8) & 255, size & 255, type % 12, flags, 0, 0, 0, stream]),
      payload,
    ]);
  });

const rawBytes: Arbitrary<FuzzRequest> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('grpc' as const, 'http' as const),
      fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }),
    )
    .map(([port, chunks]) => ({ kind: 'bytes' as const, port, chunks })),
  fc
    .array(frame, { minLength: 1, maxLength: 8 })
    .map((frames) => ({ kind: 'bytes' as const, port: 'grpc' as const, chunks: [PREFACE, SETTINGS, ...frames] })),
  fc
    .constantFrom(
      'GET / HTTP/1.1\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET /metrics HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
      'POST /api/v1/sweeps HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nffffffffffffffff\r\n',
      'POST /api/v1/sweeps HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n',
      `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      `GET / HTTP/1.1\r\nHost: localhost\r\n${'x: y\r\n'.repeat(5_000)}\r\n`,
      '\u0016\u0003\u0001\u0002\u0000\u0001',
      'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      'GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
    )
    .chain((text) =>
      fc
        .constantFrom('grpc' as const, 'http' as const)
        .map((port) => ({ kind: 'bytes' as const, port, chunks: [Buffer.from(text, 'latin1')] })),
    ),
);

/** Anything that may arrive, each method as often as each other. */
export const anyRequest: Arbitrary<FuzzRequest> = fc.oneof(
  { weight: 10, arbitrary: fc.oneof(...rpcs) },
  {
    weight: 3,
    arbitrary: fc.oneof(...rpcs.filter((_, i) => /PlanSweep|SubmitSweep/.test(rpcMethods()[i]?.path ?? ''))),
  },
  { weight: 2, arbitrary: wrongBytes },
  { weight: 1, arbitrary: unknownMethods },
  { weight: 8, arbitrary: https },
  { weight: 3, arbitrary: httpStudies },
  { weight: 4, arbitrary: rawBytes },
);

/** @returns the same requests for the same seed, but for the request ids, which are drawn anew. */
export function drawRequests(requests: number, seed: number): FuzzRequest[] {
  return fc.sample(anyRequest, { numRuns: requests, seed });
}

function encodeURIComponentSafely(text: string): string {
  return encodeURIComponent(travelled(text)).slice(0, 4_000);
}
