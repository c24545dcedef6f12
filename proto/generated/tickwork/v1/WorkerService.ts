// Original file: proto/tickwork/v1/worker.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { CoordinatorMessage as _tickwork_v1_CoordinatorMessage, CoordinatorMessage__Output as _tickwork_v1_CoordinatorMessage__Output } from '../../tickwork/v1/CoordinatorMessage.ts';
import type { WorkerMessage as _tickwork_v1_WorkerMessage, WorkerMessage__Output as _tickwork_v1_WorkerMessage__Output } from '../../tickwork/v1/WorkerMessage.ts';

/**
 * The worker's side of the cluster: one stream for each worker process, for as long as it lives.
 * Results do not travel here but through NATS; the stream carries leases, heartbeats and commit receipts.
 */
export interface WorkerServiceClient extends grpc.Client {
  Work(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_tickwork_v1_WorkerMessage, _tickwork_v1_CoordinatorMessage__Output>;
  Work(options?: grpc.CallOptions): grpc.ClientDuplexStream<_tickwork_v1_WorkerMessage, _tickwork_v1_CoordinatorMessage__Output>;
  work(metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientDuplexStream<_tickwork_v1_WorkerMessage, _tickwork_v1_CoordinatorMessage__Output>;
  work(options?: grpc.CallOptions): grpc.ClientDuplexStream<_tickwork_v1_WorkerMessage, _tickwork_v1_CoordinatorMessage__Output>;
  
}

/**
 * The worker's side of the cluster: one stream for each worker process, for as long as it lives.
 * Results do not travel here but through NATS; the stream carries leases, heartbeats and commit receipts.
 */
export interface WorkerServiceHandlers extends grpc.UntypedServiceImplementation {
  Work: grpc.handleBidiStreamingCall<_tickwork_v1_WorkerMessage__Output, _tickwork_v1_CoordinatorMessage>;
  
}

export interface WorkerServiceDefinition extends grpc.ServiceDefinition {
  Work: MethodDefinition<_tickwork_v1_WorkerMessage, _tickwork_v1_CoordinatorMessage, _tickwork_v1_WorkerMessage__Output, _tickwork_v1_CoordinatorMessage__Output>
}
