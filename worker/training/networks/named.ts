import type { Tensor } from '@tensorflow/tfjs-core';
import type { NamedTensors } from '../../../engine/step.ts';

export function named(tensors: NamedTensors, name: string): Tensor {
  const tensor = tensors[name];
  if (tensor === undefined) throw new Error(`Expected a tensor named ${name}, got none.`);
  return tensor;
}
