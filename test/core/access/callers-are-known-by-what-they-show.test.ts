import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAuthenticator } from '../../../coordinator/access/authenticator.ts';
import { createGuard } from '../../../coordinator/access/guard.ts';
import { LIMITS } from '../../../coordinator/access/limits.ts';
import { createTokenBuckets } from '../../../coordinator/access/token-bucket.ts';
import { ANYONE } from '../../../core/access/identity.ts';
import { isLoopback } from '../../../core/access/loopback.ts';
import { parseTokenFile, type TokenFile } from '../../../core/access/token-file.ts';
import { certificateIdentity, identityUri } from '../../../proto/credentials/certificate-identity.ts';
import { hashSecret, newSecret } from '../../../runtime/secret.ts';

const NOW = Date.parse('2026-11-26T12:00:00Z');
const token = newSecret('tickwork_');
const old = newSecret('tickwork_');
const file: TokenFile = {
  tokens: [
    { name: 'ada', role: 'submitter', sha256: hashSecret(token), created: '2026-01-01T00:00:00Z' },
    {
      name: 'ben',
      role: 'viewer',
      sha256: hashSecret(old),
      created: '2026-01-01T00:00:00Z',
      expires: '2026-11-26T12:00:00Z',
    },
  ],
  revoked: [{ name: 'eve', at: '2026-11-01T00:00:00Z' }],
};
const identify = createAuthenticator(() => file);
const eve = (issuedAt: string) => ({
  identity: { name: 'eve', role: 'worker' as const },
  issuedAt: Date.parse(issuedAt),
});

describe('who a caller is', () => {
  it('is said by its token, as bearer or as the password of a browser', () => {
    const basic = Buffer.from(`whoever:${token}`).toString('base64');
    for (const authorization of [`Bearer ${token}`, `bearer  ${token}`, `Basic ${basic}`])
      expect(identify({ authorization }, NOW)).toEqual({ name: 'ada', role: 'submitter' });
  });

  it('is refused for any other text, without repeating it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `Bearer ${text}`),
          fc.base64String().map((text) => `Basic ${text}`),
        ),
        (authorization) => {
          try {
            identify({ authorization }, NOW);
            return false;
          } catch (error) {
            const { code, message } = error as { code: string; message: string };
            return code === 'UNAUTHENTICATED' && (authorization.length < 12 || !message.includes(authorization));
          }
        },
      ),
    );
    expect(() => identify({ authorization: `Bearer ${token}x` }, NOW)).toThrow(/another one/);
    expect(() => identify({ authorization: `Bearer ${token} ${'x'.repeat(1_000_000)}` }, NOW)).toThrow(/another one/);
    expect(() => identify({}, NOW)).toThrow(/got neither/);
  });

  it('is refused with the date once the token has expired', () => {
    expect(identify({ authorization: `Bearer ${old}` }, NOW - 1)).toMatchObject({ name: 'ben' });
    expect(() => identify({ authorization: `Bearer ${old}` }, NOW)).toThrow(/ben that expired at 2026-11-26T12:00:00Z/);
  });

  it('is said by a certificate, unless it was issued before the name was revoked', () => {
    expect(identify({ certificate: eve('2026-11-02T00:00:00Z') }, NOW)).toMatchObject({ name: 'eve' });
    expect(() => identify({ certificate: eve('2026-10-31T00:00:00Z') }, NOW)).toThrow(/revoked/);
    // A wrong token is not made good by a certificate.
    expect(() => identify({ authorization: 'Bearer x', certificate: eve('2026-11-02T00:00:00Z') }, NOW)).toThrow(
      /another one/,
    );
  });

  it('is not asked where there is no token file', () => {
    expect(createAuthenticator(() => undefined)({ authorization: 'Bearer x' }, NOW)).toBe(ANYONE);
  });

  it('is in a certificate only as one well-formed URI', () => {
    const worker = { name: 'gpu-1', role: 'worker' as const };
    expect(certificateIdentity(`DNS:x, URI:${identityUri(worker)}`)).toEqual(worker);
    for (const text of [
      'URI:spiffe://tickwork/root/x',
      'URI:spiffe://tickwork/worker/a/b',
      'URI:spiffe://tickwork/worker/a b',
      'URI:spiffe://tickwork/worker/',
      'URI:spiffe://other/worker/x',
      undefined,
    ])
      expect(certificateIdentity(text), text).toBeUndefined();
    expect(
      certificateIdentity(`URI:${identityUri(worker)}, URI:${identityUri({ name: 'a', role: 'admin' })}`),
    ).toBeUndefined();
  });
});

describe('a token file', () => {
  it.each([
    ['nothing', ''],
    ['another document', '{"tokens": 3}'],
    ['an unknown role', JSON.stringify({ tokens: [{ ...file.tokens[0], role: 'root' }] })],
    ['a token instead of its hash', JSON.stringify({ tokens: [{ ...file.tokens[0], sha256: token }] })],
    ['an unknown field', JSON.stringify({ tokens: [], admins: [] })],
  ])('is refused with %s, by name of the file and not with its contents', (_, text) => {
    expect(() => parseTokenFile(text, 'tokens.json')).toThrow(/Expected tokens\.json to be a token file/);
    expect(() => parseTokenFile(text, 'tokens.json')).not.toThrow(token);
  });
});

describe('a caller', () => {
  const guard = (limits = {}) =>
    createGuard({ authenticate: identify, limits: { ...LIMITS, ...limits }, wallClock: () => NOW, now: () => 0 });
  const ada = { authorization: `Bearer ${token}` };

  it('has so many calls at once, and is told when to come again', () => {
    const one = guard({ rate: { perSecond: 2, burst: 3 } });
    for (let i = 0; i < 3; i++) one.admit('GetStatus', ada, '10.0.0.1').release();
    expect(() => one.admit('GetStatus', ada, '10.0.0.2')).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', retryAfterMs: 500 }),
    );
  });

  it('has so many under way at the same time', () => {
    const one = guard({ callsPerIdentity: 2 });
    const first = one.admit('WatchSweep', ada, '10.0.0.1');
    one.admit('WatchSweep', ada, '10.0.0.1');
    expect(() => one.admit('WatchSweep', ada, '10.0.0.1')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
    first.release();
    first.release();
    one.admit('WatchSweep', ada, '10.0.0.1');
    expect(() => one.admit('WatchSweep', ada, '10.0.0.1')).toThrow(expect.objectContaining({ code: 'RATE_LIMITED' }));
  });

  it('loses what it has open when its token goes', () => {
    let tokens = file;
    const one = createGuard({
      authenticate: createAuthenticator(() => tokens),
      limits: LIMITS,
      wallClock: () => NOW,
      now: () => 0,
    });
    const open = one.admit('WatchSweep', ada, '10.0.0.1');
    one.recheck();
    expect(open.revoked.aborted).toBe(false);
    tokens = { tokens: [], revoked: [] };
    one.recheck();
    expect(open.revoked.reason).toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

it('a bucket gives no more than its rate allows, whenever it is asked', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(400), { maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 20 }),
      (gaps, perSecond, burst) => {
        const buckets = createTokenBuckets({ perSecond, burst });
        let [now, taken] = [0, 0];
        for (const gap of gaps) {
          now += gap;
          const wait = buckets.take('x', now);
          if (wait === 0) taken++;
          // Whoever waits as long as it was told gets one.
          else expect(createTokenBuckets({ perSecond, burst }).take('x', now)).toBe(0);
          expect(taken).toBeLessThanOrEqual(burst + (now / 1000) * perSecond + 1e-9);
        }
      },
    ),
  );
});

it('loopback is what only this machine reaches', () => {
  for (const host of ['127.0.0.1', '127.8.9.1', 'localhost', 'LOCALHOST', '::1', '[::1]', '::ffff:127.0.0.1'])
    expect(isLoopback(host), host).toBe(true);
  for (const host of [
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'head',
    'localhost.example',
    '127.0.0.1.example',
    '127.0.0.256',
    '[::]',
    '',
  ])
    expect(isLoopback(host), host).toBe(false);
});
