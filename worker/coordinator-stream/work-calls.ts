import { type ChannelOptions, credentials } from '@grpc/grpc-js';
import { loadTickworkProto } from '../../proto/load.ts';
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

/** @param address `host:port` of the coordinator. */
export function connectWorkCalls(address: string): WorkCalls {
  const { WorkerService } = loadTickworkProto();
  const client = new WorkerService(address, credentials.createInsecure(), CHANNEL_OPTIONS);
  return {
    address,
    open: (listener) => createWorkCall(client.work(), listener),
    close: () => client.close(),
  };
}
