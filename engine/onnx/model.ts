import type { Shape } from '../step.ts';

/** TensorProto.DataType of onnx.proto, the part used here. */
export const ONNX_TYPE = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
export type OnnxType = keyof typeof ONNX_TYPE;

/** Integers are `bigint` so that they cannot be mistaken for floats. */
export type OnnxAttribute = bigint | number | string | readonly bigint[];

export interface OnnxNode {
  readonly type: string;
  /** Empty for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: Shape;
}

export interface OnnxInitializer extends OnnxValue {
  /** Little-endian elements, as `raw_data` wants them. */
  readonly bytes: Uint8Array;
}

export interface OnnxModel {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}
