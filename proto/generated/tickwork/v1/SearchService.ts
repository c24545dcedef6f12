// Original file: proto/tickwork/v1/search.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { AskRequest as _tickwork_v1_AskRequest, AskRequest__Output as _tickwork_v1_AskRequest__Output } from '../../tickwork/v1/AskRequest.ts';
import type { AskResponse as _tickwork_v1_AskResponse, AskResponse__Output as _tickwork_v1_AskResponse__Output } from '../../tickwork/v1/AskResponse.ts';
import type { EndSearchRequest as _tickwork_v1_EndSearchRequest, EndSearchRequest__Output as _tickwork_v1_EndSearchRequest__Output } from '../../tickwork/v1/EndSearchRequest.ts';
import type { Sweep as _tickwork_v1_Sweep, Sweep__Output as _tickwork_v1_Sweep__Output } from '../../tickwork/v1/Sweep.ts';
import type { TellPrunedRequest as _tickwork_v1_TellPrunedRequest, TellPrunedRequest__Output as _tickwork_v1_TellPrunedRequest__Output } from '../../tickwork/v1/TellPrunedRequest.ts';
import type { Trial as _tickwork_v1_Trial, Trial__Output as _tickwork_v1_Trial__Output } from '../../tickwork/v1/Trial.ts';
import type { WatchOutcomesRequest as _tickwork_v1_WatchOutcomesRequest, WatchOutcomesRequest__Output as _tickwork_v1_WatchOutcomesRequest__Output } from '../../tickwork/v1/WatchOutcomesRequest.ts';
import type { WatchOutcomesResponse as _tickwork_v1_WatchOutcomesResponse, WatchOutcomesResponse__Output as _tickwork_v1_WatchOutcomesResponse__Output } from '../../tickwork/v1/WatchOutcomesResponse.ts';

/**
 * Ask and tell: a program outside of the cluster, Optuna for example, decides which configurations a sweep runs. Such a sweep is
 * submitted like any other; its study says `sampler: { ask: { samples: N } }`.
 */
export interface SearchServiceClient extends grpc.Client {
  /**
   * Adds a configuration to the sweep, to be run as soon as a slot is free. Repeating the call with the same request id gives the
   * same answer and runs nothing twice.
   */
  Ask(argument: _tickwork_v1_AskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_AskResponse__Output>): grpc.ClientUnaryCall;
  Ask(argument: _tickwork_v1_AskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_AskResponse__Output>): grpc.ClientUnaryCall;
  Ask(argument: _tickwork_v1_AskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_AskResponse__Output>): grpc.ClientUnaryCall;
  Ask(argument: _tickwork_v1_AskRequest, callback: grpc.requestCallback<_tickwork_v1_AskResponse__Output>): grpc.ClientUnaryCall;
  /**
   * Adds a configuration to the sweep, to be run as soon as a slot is free. Repeating the call with the same request id gives the
   * same answer and runs nothing twice.
   */
  ask(argument: _tickwork_v1_AskRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_AskResponse__Output>): grpc.ClientUnaryCall;
  ask(argument: _tickwork_v1_AskRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_AskResponse__Output>): grpc.ClientUnaryCall;
  ask(argument: _tickwork_v1_AskRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_AskResponse__Output>): grpc.ClientUnaryCall;
  ask(argument: _tickwork_v1_AskRequest, callback: grpc.requestCallback<_tickwork_v1_AskResponse__Output>): grpc.ClientUnaryCall;
  
  /**
   * Nothing more will be asked: the sweep is completed when its last trial has ended.
   */
  EndSearch(argument: _tickwork_v1_EndSearchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  EndSearch(argument: _tickwork_v1_EndSearchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  EndSearch(argument: _tickwork_v1_EndSearchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  EndSearch(argument: _tickwork_v1_EndSearchRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  /**
   * Nothing more will be asked: the sweep is completed when its last trial has ended.
   */
  endSearch(argument: _tickwork_v1_EndSearchRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  endSearch(argument: _tickwork_v1_EndSearchRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  endSearch(argument: _tickwork_v1_EndSearchRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  endSearch(argument: _tickwork_v1_EndSearchRequest, callback: grpc.requestCallback<_tickwork_v1_Sweep__Output>): grpc.ClientUnaryCall;
  
  /**
   * Stops a trial of which the program expects nothing. Telling it twice is telling it once.
   */
  TellPruned(argument: _tickwork_v1_TellPrunedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  TellPruned(argument: _tickwork_v1_TellPrunedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  TellPruned(argument: _tickwork_v1_TellPrunedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  TellPruned(argument: _tickwork_v1_TellPrunedRequest, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  /**
   * Stops a trial of which the program expects nothing. Telling it twice is telling it once.
   */
  tellPruned(argument: _tickwork_v1_TellPrunedRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  tellPruned(argument: _tickwork_v1_TellPrunedRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  tellPruned(argument: _tickwork_v1_TellPrunedRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  tellPruned(argument: _tickwork_v1_TellPrunedRequest, callback: grpc.requestCallback<_tickwork_v1_Trial__Output>): grpc.ClientUnaryCall;
  
  /**
   * What has become of all configurations so far, then what comes, until the sweep is finished. A stream that is opened again
   * begins again: (cell, attempt, train_epoch) names a report, (cell) an end.
   */
  WatchOutcomes(argument: _tickwork_v1_WatchOutcomesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_WatchOutcomesResponse__Output>;
  WatchOutcomes(argument: _tickwork_v1_WatchOutcomesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_WatchOutcomesResponse__Output>;
  /**
   * What has become of all configurations so far, then what comes, until the sweep is finished. A stream that is opened again
   * begins again: (cell, attempt, train_epoch) names a report, (cell) an end.
   */
  watchOutcomes(argument: _tickwork_v1_WatchOutcomesRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_WatchOutcomesResponse__Output>;
  watchOutcomes(argument: _tickwork_v1_WatchOutcomesRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_tickwork_v1_WatchOutcomesResponse__Output>;
  
}

/**
 * Ask and tell: a program outside of the cluster, Optuna for example, decides which configurations a sweep runs. Such a sweep is
 * submitted like any other; its study says `sampler: { ask: { samples: N } }`.
 */
export interface SearchServiceHandlers extends grpc.UntypedServiceImplementation {
  /**
   * Adds a configuration to the sweep, to be run as soon as a slot is free. Repeating the call with the same request id gives the
   * same answer and runs nothing twice.
   */
  Ask: grpc.handleUnaryCall<_tickwork_v1_AskRequest__Output, _tickwork_v1_AskResponse>;
  
  /**
   * Nothing more will be asked: the sweep is completed when its last trial has ended.
   */
  EndSearch: grpc.handleUnaryCall<_tickwork_v1_EndSearchRequest__Output, _tickwork_v1_Sweep>;
  
  /**
   * Stops a trial of which the program expects nothing. Telling it twice is telling it once.
   */
  TellPruned: grpc.handleUnaryCall<_tickwork_v1_TellPrunedRequest__Output, _tickwork_v1_Trial>;
  
  /**
   * What has become of all configurations so far, then what comes, until the sweep is finished. A stream that is opened again
   * begins again: (cell, attempt, train_epoch) names a report, (cell) an end.
   */
  WatchOutcomes: grpc.handleServerStreamingCall<_tickwork_v1_WatchOutcomesRequest__Output, _tickwork_v1_WatchOutcomesResponse>;
  
}

export interface SearchServiceDefinition extends grpc.ServiceDefinition {
  Ask: MethodDefinition<_tickwork_v1_AskRequest, _tickwork_v1_AskResponse, _tickwork_v1_AskRequest__Output, _tickwork_v1_AskResponse__Output>
  EndSearch: MethodDefinition<_tickwork_v1_EndSearchRequest, _tickwork_v1_Sweep, _tickwork_v1_EndSearchRequest__Output, _tickwork_v1_Sweep__Output>
  TellPruned: MethodDefinition<_tickwork_v1_TellPrunedRequest, _tickwork_v1_Trial, _tickwork_v1_TellPrunedRequest__Output, _tickwork_v1_Trial__Output>
  WatchOutcomes: MethodDefinition<_tickwork_v1_WatchOutcomesRequest, _tickwork_v1_WatchOutcomesResponse, _tickwork_v1_WatchOutcomesRequest__Output, _tickwork_v1_WatchOutcomesResponse__Output>
}
