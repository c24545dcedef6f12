import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryLeaderKey } from '../../coordinator/adapters/memory/leader-key.ts';
import { openNatsLeaderKey } from '../../coordinator/adapters/nats/leader-key.ts';
import type { LeaderClaim, LeaderKey } from '../../coordinator/ports.ts';
import { openSimulatedLeaderKey } from '../../simulation/nats/leader-key.ts';
import { startNatsServer } from '../support/nats-server.ts';
import { startSimulatedNats } from '../support/simulated-nats.ts';
import { connectTo, NAMES } from './event-log-adapters.ts';

/** One key that several coordinators look at. */
interface SharedKey extends AsyncDisposable {
  open(): Promise<LeaderKey>;
}

const memory = {
  name: 'memory',
  async create(): Promise<SharedKey> {
    const key = createMemoryLeaderKey();
    return { open: async () => key, [Symbol.asyncDispose]: async () => {} };
  },
};

const simulated = {
  name: 'simulation',
  async create(): Promise<SharedKey> {
    const nats = startSimulatedNats();
    return {
      open: async () => openSimulatedLeaderKey((await nats.connect()).link, 'table'),
      [Symbol.asyncDispose]: () => nats[Symbol.asyncDispose](),
    };
  },
};

const jetStream = {
  name: 'JetStream',
  async create(): Promise<SharedKey> {
    const server = await startNatsServer();
    const link = await connectTo(server);
    return {
      open: () => openNatsLeaderKey({ link, names: NAMES }),
      async [Symbol.asyncDispose]() {
        await link.close();
        await server[Symbol.asyncDispose]();
      },
    };
  },
};

const claim = (holder: string, renewals = 0): LeaderClaim => ({ holder, process: holder, renewals, released: false });

describe.each([memory, simulated, jetStream])('leader key: $name', ({ create }) => {
  let shared: SharedKey;
  beforeEach(async () => void (shared = await create()));
  afterEach(() => shared[Symbol.asyncDispose]());

  test('a new one is nobody’s', async () => {
    expect(await (await shared.open()).read()).toBeUndefined();
  });

  test('of two that come at the same time one is first', async () => {
    const [a, b] = [await shared.open(), await shared.open()];
    const revisions = await Promise.all([a.write(claim('a'), 0), b.write(claim('b'), 0)]);
    expect(revisions.filter((revision) => revision !== undefined)).toHaveLength(1);
  });

  test('is written by who has seen it last, and by nobody else', async () => {
    const [a, b] = [await shared.open(), await shared.open()];
    const first = (await a.write(claim('a'), 0)) as number;
    expect(await b.write(claim('b'), 0)).toBeUndefined();
    const second = (await a.write(claim('a', 1), first)) as number;
    expect(await b.write(claim('b'), first)).toBeUndefined();
    expect(await b.read()).toEqual({ claim: claim('a', 1), revision: second });
    expect(await b.write({ ...claim('b'), released: true }, second)).toBeGreaterThan(second);
    expect((await a.read())?.claim).toEqual({ ...claim('b'), released: true });
  });
});
