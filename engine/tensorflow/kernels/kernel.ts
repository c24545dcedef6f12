import type { NamedAttrMap, Tensor4D, TensorInfo } from '@tensorflow/tfjs-core';
import type { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';

/** A kernel that takes the place of the package's own. What it makes on the way it disposes of. */
export type TensorFlowKernel = (
  inputs: Readonly<Record<string, Tensor4D>>,
  attributes: NamedAttrMap,
  backend: NodeJSKernelBackend,
) => TensorInfo;

export type TensorFlowKernels = Readonly<Record<string, TensorFlowKernel>>;

type Attributes = Parameters<NodeJSKernelBackend['executeSingleOutput']>[1];
type Value = string | boolean | number | readonly number[];

/** Runs one operation of TensorFlow. `types` are attributes whose value is a dtype; a result of bytes calls itself int32. */
export function execute(
  backend: NodeJSKernelBackend,
  operation: string,
  inputs: readonly TensorInfo[],
  types: Readonly<Record<string, 'float32' | 'int32' | 'uint8'>>,
  values: Readonly<Record<string, Value>> = {},
): Tensor4D {
  const { binding } = backend;
  const kinds = { string: binding.TF_ATTR_STRING, boolean: binding.TF_ATTR_BOOL, number: binding.TF_ATTR_INT };
  const attributes: Attributes = [
    ...Object.entries(types).map(([name, dtype]) => ({
      name,
      type: binding.TF_ATTR_TYPE,
      value: dtype === 'uint8' ? binding.TF_UINT8 : backend.getDTypeInteger(dtype),
    })),
    ...Object.entries(values).map(([name, value]) => ({
      name,
      type: typeof value === 'object' ? binding.TF_ATTR_INT : kinds[typeof value as keyof typeof kinds],
      value: value as string | boolean | number | number[],
    })),
  ];
  return backend.executeSingleOutput(operation, attributes, [...inputs]) as Tensor4D;
}
