import type { DataId, KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';

/** Elements of tensors and new tensors, as tfjs's `cpu` backend has them. */
export interface HostBackend {
  readonly data: { get(dataId: DataId): { readonly values: ArrayLike<number> } };
  makeTensorInfo(shape: readonly number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

export type Inputs = Readonly<Record<string, TensorInfo>>;

/** @returns `undefined` where tfjs's own kernel is right. */
export type CorrectedKernel = (
  inputs: Inputs,
  attributes: NamedAttrMap,
  backend: HostBackend,
) => TensorInfo | undefined;
export type CorrectedKernels = Readonly<Record<string, CorrectedKernel>>;

export function elementsOf(backend: HostBackend, { dataId }: TensorInfo): ArrayLike<number> {
  return backend.data.get(dataId).values;
}

export function correcting(kernel: CorrectedKernel, own: KernelFunc): KernelFunc {
  return (call) =>
    kernel(call.inputs as Inputs, call.attrs as NamedAttrMap, call.backend as unknown as HostBackend) ?? own(call);
}
