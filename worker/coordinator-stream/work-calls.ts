import type { ChannelOptions } from '@grpc/grpc-js';
import { channelSecurity } from '../../proto/credentials/channel-security.ts';
import type { WorkerServiceClient } from '../../proto/generated/tickwork/v1/WorkerService.ts';
import { loadTickworkProto } from '../../proto/load.ts';
import type { ShownCredentials } from '../shown-credentials.ts';
import { createWorkCall, type WorkCalls } from './work-call.ts';

/** reliability.md §7.25; retries and channelz each leaked memory on long streams (grpc-node #2371, #2068). */
const CHANNEL_OPTIONS: ChannelOptions = {
  // A leader whose machine is gone says nothing more; a standby waits for its workers meanwhile.
  'grpc.keepalive_time_ms': 8_000,
  'grpc.keepalive_timeout_ms': 4_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  // The channel's own delay between connection attempts must stay below ours, or ours means nothing.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
};

/**
 * @param addresses `host:port` of each coordinator, at least one.
 * @param shown asked at each call; another answer than the last one gives a new connection.
 * @throws TickworkError INSECURE_ADDRESS for a token that would travel in the clear beyond this machine.
 */
export function connectWorkCalls(addresses: readonly string[], shown: ShownCredentials = () => ({})): WorkCalls {
  const clients = addresses.map((address) => createClient(address, shown));
  let at = 0;
  return {
    address: addresses.join(', '),
    coordinators: addresses.length,
    open: (listener) => createWorkCall((clients[at] as WorkClient).current().work(), listener),
    turn() {
      at = (at + 1) % clients.length;
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

interface WorkClient {
  current(): WorkerServiceClient;
  close(): void;
}

function createClient(address: string, shown: ShownCredentials): WorkClient {
  const { WorkerService } = loadTickworkProto();
  let client: WorkerServiceClient | undefined;
  let madeWith = '';

  function current(): WorkerServiceClient {
    const credentials = shown();
    const text = JSON.stringify(credentials);
    if (client && text === madeWith) return client;
    client?.close();
    const security = channelSecurity(address, credentials);
    madeWith = text;
    client = new WorkerService(address, security.credentials, { ...CHANNEL_OPTIONS, ...security.options });
    return client;
  }

  current();
  return { current, close: () => client?.close() };
}
