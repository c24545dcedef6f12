// Original file: proto/tickwork/v1/result.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { ExportChunk as _tickwork_v1_ExportChunk, ExportChunk__Output as _tickwork_v1_ExportChunk__Output } from '../../tickwork/v1/ExportChunk.ts';
import type { ExportTableRequest as _tickwork_v1_ExportTableRequest, ExportTableRequest__Output as _tickwork_v1_ExportTableRequest__Output } from '../../tickwork/v1/ExportTableRequest.ts';
import type { GetTableRequest as _tickwork_v1_GetTableRequest, GetTableRequest__Output as _tickwork_v1_GetTableRequest__Output } from '../../tickwork/v1/GetTableRequest.ts';
import type { ListReportsRequest as _tickwork_v1_ListReportsRequest, ListReportsRequest__Output as _tickwork_v1_ListReportsRequest__Output } from '../../tickwork/v1/ListReportsRequest.ts';
import type { ListReportsResponse as _tickwork_v1_ListReportsResponse, ListReportsResponse__Output as _tickwork_v1_ListReportsResponse__Output } from '../../tickwork/v1/ListReportsResponse.ts';
import type { Table as _tickwork_v1_Table, Table__Output as _tickwork_v1_Table__Output } from '../../tickwork/v1/Table.ts';
import type { WatchTableRequest as _tickwork_v1_WatchTableRequest, WatchTableRequest__Output as _tickwork_v1_WatchTableRequest__Output } from '../../tickwork/v1/WatchTableRequest.ts';

/**
 * Aggregated result tables. Every number in them comes from committed rows, or is marked as published elsewhere.
 */
export interface ResultServiceClient extends grpc.Client {
  /**
   * The whole table as a document, in chunks.
   */
  ExportTable(argument: _tickwork_v1_ExportTableRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_ExportChunk__Output>;
  ExportTable(argument: _tickwork_v1_ExportTableRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_ExportChunk__Output>;
  /**
   * The whole table as a document, in chunks.
   */
  exportTable(argument: _tickwork_v1_ExportTableRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_ExportChunk__Output>;
  exportTable(argument: _tickwork_v1_ExportTableRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_ExportChunk__Output>;
  
  GetTable(argument: _tickwork_v1_GetTableRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Table__Output>): grpc.ClientUnaryCall;
  GetTable(argument: _tickwork_v1_GetTableRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Table__Output>): grpc.ClientUnaryCall;
  GetTable(argument: _tickwork_v1_GetTableRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Table__Output>): grpc.ClientUnaryCall;
  GetTable(argument: _tickwork_v1_GetTableRequest, callback: grpc.requestCallback<_tickwork_v1_Table__Output>): grpc.ClientUnaryCall;
  getTable(argument: _tickwork_v1_GetTableRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Table__Output>): grpc.ClientUnaryCall;
  getTable(argument: _tickwork_v1_GetTableRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Table__Output>): grpc.ClientUnaryCall;
  getTable(argument: _tickwork_v1_GetTableRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Table__Output>): grpc.ClientUnaryCall;
  getTable(argument: _tickwork_v1_GetTableRequest, callback: grpc.requestCallback<_tickwork_v1_Table__Output>): grpc.ClientUnaryCall;
  
  /**
   * Learning curves: the reports of a sweep's trials.
   */
  ListReports(argument: _tickwork_v1_ListReportsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListReportsResponse__Output>): grpc.ClientUnaryCall;
  ListReports(argument: _tickwork_v1_ListReportsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_ListReportsResponse__Output>): grpc.ClientUnaryCall;
  ListReports(argument: _tickwork_v1_ListReportsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListReportsResponse__Output>): grpc.ClientUnaryCall;
  ListReports(argument: _tickwork_v1_ListReportsRequest, callback: grpc.requestCallback<_tickwork_v1_ListReportsResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Learning curves: the reports of a sweep's trials.
   */
  listReports(argument: _tickwork_v1_ListReportsRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListReportsResponse__Output>): grpc.ClientUnaryCall;
  listReports(argument: _tickwork_v1_ListReportsRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_ListReportsResponse__Output>): grpc.ClientUnaryCall;
  listReports(argument: _tickwork_v1_ListReportsRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_ListReportsResponse__Output>): grpc.ClientUnaryCall;
  listReports(argument: _tickwork_v1_ListReportsRequest, callback: grpc.requestCallback<_tickwork_v1_ListReportsResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * The table as it is now, then again after each change of its rows, until the sweep is finished.
   */
  WatchTable(argument: _tickwork_v1_WatchTableRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_Table__Output>;
  WatchTable(argument: _tickwork_v1_WatchTableRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_Table__Output>;
  /**
   * The table as it is now, then again after each change of its rows, until the sweep is finished.
   */
  watchTable(argument: _tickwork_v1_WatchTableRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_Table__Output>;
  watchTable(argument: _tickwork_v1_WatchTableRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_Table__Output>;
  
}

/**
 * Aggregated result tables. Every number in them comes from committed rows, or is marked as published elsewhere.
 */
export interface ResultServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * The whole table as a document, in chunks.
   */
  ExportTable: grpc.handleServerStreamingCall<_tickwork_v1_ExportTableRequest__Output, _tickwork_v1_ExportChunk>;
  
  GetTable: grpc.handleUnaryCall<_tickwork_v1_GetTableRequest__Output, _tickwork_v1_Table>;
  
  /**
   * Learning curves: the reports of a sweep's trials.
   */
  ListReports: grpc.handleUnaryCall<_tickwork_v1_ListReportsRequest__Output, _tickwork_v1_ListReportsResponse>;
  
  /**
   * The table as it is now, then again after each change of its rows, until the sweep is finished.
   */
  WatchTable: grpc.handleServerStreamingCall<_tickwork_v1_WatchTableRequest__Output, _tickwork_v1_Table>;
  
}

export interface ResultServiceDefinition extends grpc.ServiceDefinition {
  ExportTable: MethodDefinition<_tickwork_v1_ExportTableRequest, _tickwork_v1_ExportChunk, _tickwork_v1_ExportTableRequest__Output, _tickwork_v1_ExportChunk__Output>
  GetTable: MethodDefinition<_tickwork_v1_GetTableRequest, _tickwork_v1_Table, _tickwork_v1_GetTableRequest__Output, _tickwork_v1_Table__Output>
  ListReports: MethodDefinition<_tickwork_v1_ListReportsRequest, _tickwork_v1_ListReportsResponse, _tickwork_v1_ListReportsRequest__Output, _tickwork_v1_ListReportsResponse__Output>
  WatchTable: MethodDefinition<_tickwork_v1_WatchTableRequest, _tickwork_v1_Table, _tickwork_v1_WatchTableRequest__Output, _tickwork_v1_Table__Output>
}
