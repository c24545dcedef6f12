import { type ChannelOptions, credentials } from '@grpc/grpc-js';
import { loadTickworkProto } from '../../proto/load.ts';
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

/** @param addresses `host:port` of each coordinator, at least one. */
export function connectWorkCalls(addresses: readonly string[]): WorkCalls {
  const { WorkerService } = loadTickworkProto();
  const clients = addresses.map((address) => new WorkerService(address, credentials.createInsecure(), CHANNEL_OPTIONS));
  let current = 0;
  return {
    address: addresses.join(', '),
    coordinators: addresses.length,
    open: (listener) => createWorkCall((clients[current] as (typeof clients)[number]).work(), listener),
    turn() {
      current = (current + 1) % clients.length;
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}
