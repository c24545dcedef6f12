/** Every operation of TensorFlow.js that a step may use, with operands that have ties and negative numbers. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { HostTensor } from '../../../../engine/mod.ts';
import { createUniform, integers, randomTensor, tensorOf } from '../agreement.ts';

export interface OperationCase {
  readonly name: string;
  readonly operands: Readonly<Record<string, HostTensor>>;
  compute(operands: Readonly<Record<string, Tensor>>): Tensor | Tensor[];
  /** Operands by which the sum of the squared results is differentiated. */
  readonly varied: readonly string[];
}

/** Operands of a family; each family has a seed of its own. */
export interface Operands {
  readonly random: (...shape: number[]) => HostTensor;
  readonly positive: (...shape: number[]) => HostTensor;
  /** Within (-1, 1), away from its ends. */
  readonly inner: (...shape: number[]) => HostTensor;
  /** Halves from -2 to 2: full of ties. */
  readonly coarse: (...shape: number[]) => HostTensor;
  /** Odd numbers of eighths: no ties, and no operation here has a kink there. */
  readonly smooth: (...shape: number[]) => HostTensor;
  readonly labels: (count: number, classes: number) => HostTensor;
}

export function operandsOf(seed: number): Operands {
  const uniform = createUniform(seed);
  return {
    random: (...shape) => randomTensor(shape, uniform),
    positive: (...shape) => tensorOf(shape, () => uniform() + 0.1),
    inner: (...shape) => tensorOf(shape, () => 1.8 * uniform() - 0.9),
    coarse: (...shape) => tensorOf(shape, () => Math.floor(uniform() * 9) / 2 - 2),
    smooth: (...shape) => tensorOf(shape, () => (2 * Math.floor(uniform() * 64) - 63) / 8),
    labels: (count, classes) =>
      integers(
        [count],
        Array.from({ length: count }, () => Math.floor(uniform() * classes)),
      ),
  };
}

export type Add = (
  name: string,
  operands: OperationCase['operands'],
  compute: OperationCase['compute'],
  /** All operands of floats unless given. */
  varied?: readonly string[],
) => void;

export function casesOf(describe: (add: Add) => void): readonly OperationCase[] {
  const cases: OperationCase[] = [];
  describe((name, operands, compute, varied) => {
    const floats = Object.keys(operands).filter((key) => operands[key]?.data instanceof Float32Array);
    cases.push({ name, operands, compute, varied: varied ?? floats });
  });
  return cases;
}
