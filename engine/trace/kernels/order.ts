import type { AllAttrs, CumsumAttrs, TopKAttrs } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import { axesOf, compose } from '../composition.ts';
import type { SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

/** The largest is found and struck out this often; a step that wants more sorts outside. */
const MOST = 64;

/** Of equal numbers the first comes first. Exact, but an element -Infinity may be named twice. */
const topK: TraceKernel = (call) => {
  const c = compose(call);
  const x = call.input('x');
  const { k } = attributesOf<TopKAttrs>(call);
  if (k < 1 || k > MOST) {
    throw new EngineError('STEP_UNTRACEABLE', `Expected the k of topk to be from 1 to ${MOST}, got ${k}.`);
  }
  const axis = x.shape.length - 1;
  const classes = x.shape[axis] ?? 1;
  const outer = x.shape.slice(0, -1);
  const places = c.constant(
    Int32Array.from({ length: classes }, (_, place) => place),
    [classes],
  );
  const values: SymbolicTensor[] = [];
  const indices: SymbolicTensor[] = [];
  let rest = c.cast(x, 'float32');
  for (let rank = 0; rank < k; rank++) {
    const index = call.record({ kind: 'ArgMax', axis }, [rest], outer, 'int32');
    const column = c.reshape(index, [...outer, 1]);
    values.push(c.reduce('Max', rest, [axis], true));
    indices.push(column);
    if (rank + 1 < k) rest = c.select(c.binary('Equal', column, places), Number.NEGATIVE_INFINITY, rest);
  }
  return [c.cast(c.concat(values, axis), x.dtype), c.concat(indices, axis)];
};

/**
 * Running sums or products by doubling: what lies 1, 2, 4, ... places before is joined in turn (Hillis and Steele 1986).
 * @param neutral what stands before the first place
 */
function scan(kind: 'Add' | 'Multiply', neutral: number): TraceKernel {
  return (call) => {
    const c = compose(call);
    const given = call.input('x');
    const { axis, exclusive, reverse } = attributesOf<CumsumAttrs>(call);
    const x = c.cast(given, given.dtype === 'float32' ? 'float32' : 'int32');
    const along = axesOf(x, axis)[0] ?? 0;
    const size = x.shape[along] ?? 1;
    /** Moved by some places, away from where the running begins. */
    const moved = (values: SymbolicTensor, places: number): SymbolicTensor => {
      const only = (count: number): number[] => x.shape.map((_, index) => (index === along ? count : 0));
      const kept = x.shape.map((all, index) => (index === along ? all - places : all));
      if (places >= size) return c.fill(neutral, x.shape, x.dtype);
      const rest = c.slice(values, only(reverse ? places : 0), kept);
      return reverse ? c.pad(rest, only(0), only(places), neutral) : c.pad(rest, only(places), only(0), neutral);
    };
    let sums = exclusive ? moved(x, 1) : x;
    for (let reach = 1; reach < size; reach *= 2) sums = c.binary(kind, sums, moved(sums, reach));
    return sums;
  };
}

/** Of bools, by their smallest or largest. */
function quantifier(kind: 'Min' | 'Max'): TraceKernel {
  return (call) => {
    const c = compose(call);
    const x = call.input('x');
    const { axis, keepDims } = attributesOf<AllAttrs>(call);
    return c.cast(c.reduce(kind, c.cast(x, 'float32'), axesOf(x, axis), keepDims), 'bool');
  };
}

export const orderKernels: TraceKernels = {
  All: quantifier('Min'),
  Any: quantifier('Max'),
  Cumprod: scan('Multiply', 1),
  Cumsum: scan('Add', 0),
  TopK: topK,
};
