import type { KernelFunc, Tensor, TensorInfo } from '@tensorflow/tfjs-core';
import { cast, tidy } from '@tensorflow/tfjs-core';

/** TensorFlow has none of these for bools; tfjs computes with them as with 0 and 1. */
export const NOT_ON_BOOLS = [
  'Add',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'Maximum',
  'Minimum',
  'Multiply',
  'Sub',
] as const;

/** The package's own kernel, which sees bools as integers and whose result is bool again. */
export function boolsAsIntegers(own: KernelFunc): KernelFunc {
  return (call) => {
    const { a, b } = call.inputs as Readonly<Record<'a' | 'b', TensorInfo>>;
    if (a.dtype !== 'bool' || b.dtype !== 'bool') return own(call);
    return tidy(() => {
      const [left, right] = [cast(a as Tensor, 'int32'), cast(b as Tensor, 'int32')];
      return cast(own({ ...call, inputs: { a: left, b: right } }) as Tensor, 'bool');
    });
  };
}
