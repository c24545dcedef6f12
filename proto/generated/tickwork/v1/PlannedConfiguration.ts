// Original file: proto/tickwork/v1/sweep.proto

import type { Level as _tickwork_v1_Level, Level__Output as _tickwork_v1_Level__Output } from '../../tickwork/v1/Level.ts';
import type { Long } from '@grpc/proto-loader';

export interface PlannedConfiguration {
  'levels'?: (_tickwork_v1_Level)[];
  'weightLayers'?: (number);
  'parameters'?: (number | string | Long);
  'macsPerImage'?: (number | string);
  'estimatedMacs'?: (number | string);
  /**
   * Bytes that one trial holds while it trains, an estimate: weights, gradients, optimiser, activations of a batch.
   */
  'memoryBytes'?: (number | string);
  /**
   * For example `dropout 0.5 → 0`, or `base`; empty when the study has no base.
   */
  'differenceFromBase'?: (string);
  /**
   * The configuration from whose weights it starts, for example `config=A`: each seed waits for the one of the same seed. Absent: it
   * waits for none.
   */
  'waitsFor'?: (string);
  '_waitsFor'?: "waitsFor";
}

export interface PlannedConfiguration__Output {
  'levels': (_tickwork_v1_Level__Output)[];
  'weightLayers': (number);
  'parameters': (number);
  'macsPerImage': (number);
  'estimatedMacs': (number);
  /**
   * Bytes that one trial holds while it trains, an estimate: weights, gradients, optimiser, activations of a batch.
   */
  'memoryBytes': (number);
  /**
   * For example `dropout 0.5 → 0`, or `base`; empty when the study has no base.
   */
  'differenceFromBase': (string);
  /**
   * The configuration from whose weights it starts, for example `config=A`: each seed waits for the one of the same seed. Absent: it
   * waits for none.
   */
  'waitsFor'?: (string);
  '_waitsFor'?: "waitsFor";
}
