// Original file: proto/tickwork/v1/worker.proto

import type { Long } from '@grpc/proto-loader';

export interface Device {
  'name'?: (string);
  /**
   * For example `onnx`.
   */
  'executor'?: (string);
  /**
   * Of the whole device; the slots that compute there share it. 0 when it is not known.
   */
  'memoryBytes'?: (number | string | Long);
  'threads'?: (number);
}

export interface Device__Output {
  'name': (string);
  /**
   * For example `onnx`.
   */
  'executor': (string);
  /**
   * Of the whole device; the slots that compute there share it. 0 when it is not known.
   */
  'memoryBytes': (number);
  'threads': (number);
}
