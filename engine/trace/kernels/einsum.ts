import type { EinsumAttrs } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import { elementCount } from '../../shape.ts';
import type { Composition } from '../composition.ts';
import { compose } from '../composition.ts';
import type { SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

/** A tensor whose axes have letters. */
interface Lettered {
  readonly tensor: SymbolicTensor;
  readonly letters: readonly string[];
}

/** Sums over letters that nothing else has, then one matrix product, then the order of the result. */
const einsum: TraceKernel = (call) => {
  const c = compose(call);
  const { equation } = attributesOf<EinsumAttrs>(call);
  const [left = '', right = ''] = equation.replaceAll(' ', '').split('->');
  const terms = left.split(',').map((term, index) => lettered(call.inputs[index], term, equation));
  const wanted = [...right];
  const [a, b] = terms as [Lettered, Lettered | undefined];
  const inA = summedTo(c, a, (letter) => wanted.includes(letter) || b?.letters.includes(letter) === true);
  if (b === undefined) return ordered(c, inA, wanted);
  const inB = summedTo(c, b, (letter) => wanted.includes(letter) || inA.letters.includes(letter));
  return ordered(c, contracted(c, inA, inB, wanted), wanted);
};

function lettered(tensor: SymbolicTensor | undefined, term: string, equation: string): Lettered {
  const letters = [...term];
  if (tensor === undefined || letters.length !== tensor.shape.length || new Set(letters).size !== letters.length) {
    throw new EngineError(
      'STEP_UNTRACEABLE',
      `Expected an equation of einsum with one different letter for each axis of its operands, got '${equation}'.`,
    );
  }
  return { tensor, letters };
}

function summedTo(c: Composition, { tensor, letters }: Lettered, kept: (letter: string) => boolean): Lettered {
  const axes = letters.flatMap((letter, axis) => (kept(letter) ? [] : [axis]));
  return { tensor: axes.length === 0 ? tensor : c.reduce('Sum', tensor, axes), letters: letters.filter(kept) };
}

function ordered(c: Composition, { tensor, letters }: Lettered, wanted: readonly string[]): SymbolicTensor {
  return c.transpose(
    tensor,
    wanted.map((letter) => letters.indexOf(letter)),
  );
}

function contracted(c: Composition, a: Lettered, b: Lettered, wanted: readonly string[]): Lettered {
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => wanted.includes(letter));
  const inner = shared.filter((letter) => !wanted.includes(letter));
  const rows = a.letters.filter((letter) => !shared.includes(letter));
  const columns = b.letters.filter((letter) => !shared.includes(letter));
  const sizes = new Map(
    [a, b].flatMap(({ tensor, letters }) => letters.map((l, axis) => [l, tensor.shape[axis] ?? 1])),
  );
  const count = (letters: readonly string[]): number => elementCount(letters.map((letter) => sizes.get(letter) ?? 1));
  const matrices = (term: Lettered, first: readonly string[], second: readonly string[]): SymbolicTensor =>
    c.reshape(ordered(c, term, [...batch, ...first, ...second]), [count(batch), count(first), count(second)]);
  const product = c.matMul(matrices(a, rows, inner), matrices(b, inner, columns));
  const letters = [...batch, ...rows, ...columns];
  return {
    tensor: c.reshape(
      product,
      letters.map((letter) => sizes.get(letter) ?? 1),
    ),
    letters,
  };
}

export const einsumKernels: TraceKernels = { Einsum: einsum };
