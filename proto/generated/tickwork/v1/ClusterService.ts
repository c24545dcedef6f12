// Original file: proto/tickwork/v1/cluster.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ClusterStatus as _tickwork_v1_ClusterStatus, ClusterStatus__Output as _tickwork_v1_ClusterStatus__Output } from '../../tickwork/v1/ClusterStatus.ts';
import type { DrainWorkerRequest as _tickwork_v1_DrainWorkerRequest, DrainWorkerRequest__Output as _tickwork_v1_DrainWorkerRequest__Output } from '../../tickwork/v1/DrainWorkerRequest.ts';
import type { GetStatusRequest as _tickwork_v1_GetStatusRequest, GetStatusRequest__Output as _tickwork_v1_GetStatusRequest__Output } from '../../tickwork/v1/GetStatusRequest.ts';
import type { ListWorkersRequest as _tickwork_v1_ListWorkersRequest, ListWorkersRequest__Output as _tickwork_v1_ListWorkersRequest__Output } from '../../tickwork/v1/ListWorkersRequest.ts';
import type { ListWorkersResponse as _tickwork_v1_ListWorkersResponse, ListWorkersResponse__Output as _tickwork_v1_ListWorkersResponse__Output } from '../../tickwork/v1/ListWorkersResponse.ts';
import type { Worker as _tickwork_v1_Worker, Worker__Output as _tickwork_v1_Worker__Output } from '../../tickwork/v1/Worker.ts';

export interface ClusterServiceClient extends grpc.Client {
  /**
   * No further cell goes to the worker; it finishes what it runs and leaves the cluster.
   */
  DrainWorker(argument: _tickwork_v1_DrainWorkerRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Worker__Output>): grpc.ClientUnaryCall;
  DrainWorker(argument: _tickwork_v1_DrainWorkerRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Worker__Output>): grpc.ClientUnaryCall;
  DrainWorker(argument: _tickwork_v1_DrainWorkerRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Worker__Output>): grpc.ClientUnaryCall;
  DrainWorker(argument: _tickwork_v1_DrainWorkerRequest, callback: grpc.requestCallback<_tickwork_v1_Worker__Output>): grpc.ClientUnaryCall;
  /**
   * No further cell goes to the worker; it finishes what it runs and leaves the cluster.
   */
  drainWorker(argument: _tickwork_v1_DrainWorkerRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Worker__Output>): grpc.ClientUnaryCall;
  drainWorker(argument: _tickwork_v1_DrainWorkerRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Worker__Output>): grpc.ClientUnaryCall;
  drainWorker(argument: _tickwork_v1_DrainWorkerRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Worker__Output>): grpc.ClientUnaryCall;
  drainWorker(argument: _tickwork_v1_DrainWorkerRequest, callback: grpc.requestCallback<_tickwork_v1_Worker__Output>): grpc.ClientUnaryCall;
  
  GetStatus(argument: _tickwork_v1_GetStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ClusterStatus__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _tickwork_v1_GetStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_ClusterStatus__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _tickwork_v1_GetStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ClusterStatus__Output>): grpc.ClientUnaryCall;
  GetStatus(argument: _tickwork_v1_GetStatusRequest, callback: grpc.requestCallback<_tickwork_v1_ClusterStatus__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _tickwork_v1_GetStatusRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ClusterStatus__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _tickwork_v1_GetStatusRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_ClusterStatus__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _tickwork_v1_GetStatusRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ClusterStatus__Output>): grpc.ClientUnaryCall;
  getStatus(argument: _tickwork_v1_GetStatusRequest, callback: grpc.requestCallback<_tickwork_v1_ClusterStatus__Output>): grpc.ClientUnaryCall;
  
  ListWorkers(argument: _tickwork_v1_ListWorkersRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  ListWorkers(argument: _tickwork_v1_ListWorkersRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  ListWorkers(argument: _tickwork_v1_ListWorkersRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  ListWorkers(argument: _tickwork_v1_ListWorkersRequest, callback: grpc.requestCallback<_tickwork_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _tickwork_v1_ListWorkersRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _tickwork_v1_ListWorkersRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _tickwork_v1_ListWorkersRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  listWorkers(argument: _tickwork_v1_ListWorkersRequest, callback: grpc.requestCallback<_tickwork_v1_ListWorkersResponse__Output>): grpc.ClientUnaryCall;
  
}

export interface ClusterServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * No further cell goes to the worker; it finishes what it runs and leaves the cluster.
   */
  DrainWorker: grpc.handleUnaryCall<_tickwork_v1_DrainWorkerRequest__Output, _tickwork_v1_Worker>;
  
  GetStatus: grpc.handleUnaryCall<_tickwork_v1_GetStatusRequest__Output, _tickwork_v1_ClusterStatus>;
  
  ListWorkers: grpc.handleUnaryCall<_tickwork_v1_ListWorkersRequest__Output, _tickwork_v1_ListWorkersResponse>;
  
}

export interface ClusterServiceDefinition extends grpc.ServiceDefinition {
  DrainWorker: MethodDefinition<_tickwork_v1_DrainWorkerRequest, _tickwork_v1_Worker, _tickwork_v1_DrainWorkerRequest__Output, _tickwork_v1_Worker__Output>
  GetStatus: MethodDefinition<_tickwork_v1_GetStatusRequest, _tickwork_v1_ClusterStatus, _tickwork_v1_GetStatusRequest__Output, _tickwork_v1_ClusterStatus__Output>
  ListWorkers: MethodDefinition<_tickwork_v1_ListWorkersRequest, _tickwork_v1_ListWorkersResponse, _tickwork_v1_ListWorkersRequest__Output, _tickwork_v1_ListWorkersResponse__Output>
}
