import type { ChannelOptions } from '@grpc/grpc-js';
import { channelSecurity } from '../../proto/credentials/channel-security.ts';
import type { WorkerServiceClient } from '../../proto/generated/tickwork/v1/WorkerService.ts';
import { loadTickworkProto } from '../../proto/load.ts';
import type { ShownCredentials } from '../shown-credentials.ts';
import { createWorkCall, type WorkCalls } from './work-call.ts';

/** reliability.md §7.25; retries and channelz each leaked memory on long streams (grpc-node #2371, #2068). */
const CHANNEL_OPTIONS: ChannelOptions = {
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 10_000,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.enable_retries': 0,
  'grpc.enable_channelz': 0,
  // The channel's own delay between connection attempts must stay below ours, or ours means nothing.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
};

/**
 * @param address `host:port` of the coordinator.
 * @param shown asked at each call; another answer than the last one gives a new connection.
 * @throws TickworkError INSECURE_ADDRESS for a token that would travel in the clear beyond this machine.
 */
export function connectWorkCalls(address: string, shown: ShownCredentials = () => ({})): WorkCalls {
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
  return {
    address,
    open: (listener) => createWorkCall(current().work(), listener),
    close: () => client?.close(),
  };
}
