import { HWIO, NCHW, OHWI, OIHW, plainLayout } from '../layout.ts';
import type { LoweredValue, LoweringContext } from '../lowering/context.ts';
import { operand } from '../lowering/context.ts';
import type { ConvolutionProblem } from '../lowering/convolution-problem.ts';
import { isDense, isTurnable } from '../lowering/convolution-problem.ts';
import { convolutionInputGradient, turnedConvolution, windowAttributes } from '../lowering/direct-convolution.ts';
import type { FilterGradientForm } from '../lowering/filter-gradient.ts';
import { filterGradient } from '../lowering/filter-gradient.ts';
import {
  foldedConvolution,
  foldedFilterGradient,
  foldedInputGradient,
  swappedFilterGradient,
} from '../lowering/folded-convolution.ts';
import { blockedConvolution, blockedInputGradient, isBlockable, sourceLayout } from './blocked-convolution.ts';
import type { Formulation, Formulations } from './formulation.ts';

const NHWC = plainLayout(4);

/** ONNX's own convolution, image by image. */
const direct: Formulation = {
  name: 'direct',
  maps: NCHW,
  applies: () => true,
  emit(operands, { window }, context) {
    const [x, filter, ...bias] = operands as [LoweredValue, LoweredValue];
    const inputs = [context.inLayout(x, NCHW), context.inLayout(filter, OIHW), ...namesOf(bias)];
    return { name: context.model.operator('Conv', inputs, { attributes: windowAttributes(window) }), layout: NCHW };
  },
};

/** The whole batch in one matrix product. */
const folded: Formulation = {
  name: 'folded',
  maps: NHWC,
  applies: ({ window }) => isDense(window),
  emit(operands, problem, context) {
    const [x, filter, ...bias] = operands as [LoweredValue, LoweredValue];
    const names = [context.plain(x), context.plain(filter), ...namesOf(bias)];
    return { name: foldedConvolution(names, problem, context), layout: NHWC };
  },
};

/** ONNX's own transposed convolution. */
const transposed: Formulation = {
  name: 'transposed',
  maps: NCHW,
  applies: () => true,
  emit(operands, problem, context) {
    const [dy, filter] = pair(operands);
    const names = [context.inLayout(dy, NCHW), context.inLayout(filter, OIHW)] as const;
    return { name: convolutionInputGradient(...names, problem, context), layout: NCHW };
  },
};

/** The convolution of dy with the filter turned by 180 degrees. */
const turned: Formulation = {
  name: 'turned',
  maps: NCHW,
  applies: isTurnable,
  emit(operands, problem, context) {
    const [dy, filter] = pair(operands);
    const name = turnedConvolution(context.inLayout(dy, NCHW), context.plain(filter), problem, context);
    return { name, layout: NCHW };
  },
};

const foldedInput: Formulation = {
  name: 'folded',
  maps: NHWC,
  applies: isTurnable,
  emit(operands, problem, context) {
    const [dy, filter] = pair(operands);
    const name = foldedInputGradient(context.plain(dy), context.plain(filter), problem, context);
    return { name, layout: NHWC };
  },
};

function filterForm(name: FilterGradientForm, applies: Formulation['applies']): Formulation {
  return {
    name,
    maps: NCHW,
    applies,
    emit(operands, problem, context) {
      const [x, dy] = pair(operands);
      const images = { x: context.inLayout(x, NCHW), dy: context.inLayout(dy, NCHW) };
      return filterGradient({ ...problem, ...images }, context, name);
    },
  };
}

const foldedFilter: Formulation = {
  name: 'folded',
  maps: NHWC,
  applies: ({ window }) => isDense(window),
  emit(operands, problem, context) {
    const [x, dy] = pair(operands);
    return { name: foldedFilterGradient(context.plain(x), context.plain(dy), problem, context), layout: HWIO };
  },
};

const swappedFilter: Formulation = {
  name: 'folded-swapped',
  maps: NHWC,
  applies: ({ window }) => isDense(window),
  emit(operands, problem, context) {
    const [x, dy] = pair(operands);
    return { name: swappedFilterGradient(context.plain(x), context.plain(dy), problem, context), layout: OHWI };
  },
};

/**
 * Every formulation of a convolution, the ones that always apply first.
 * @param block channels in a block of ONNX Runtime's blocked layout on this processor; 1 where it has none
 */
export function convolutionFormulations(block: number): Formulations {
  const dense = ({ window }: ConvolutionProblem): boolean => isDense(window);
  return {
    forward: [direct, folded, ...blockedForward(block)],
    'input-gradient': [transposed, turned, foldedInput, ...blockedInput(block)],
    'filter-gradient': [
      filterForm('convolution', () => true),
      filterForm('batched-columns', () => true),
      filterForm('flat-shifts', dense),
      foldedFilter,
      swappedFilter,
    ],
  };
}

function blockedForward(block: number): readonly Formulation[] {
  return [NCHW, NHWC].map((maps) => ({
    name: maps === NCHW ? 'blocked' : 'blocked-channels-last',
    maps,
    applies: ({ channels, filters }) => isBlockable(channels, filters, block),
    emit(operands, problem, context) {
      const [x, filter, ...bias] = operands as [LoweredValue, LoweredValue];
      const blocking = { block, maps };
      const source = context.inLayout(x, sourceLayout(problem.channels, blocking));
      const names = [source, context.plain(filter), ...namesOf(bias)];
      return { name: blockedConvolution(names, problem, blocking, context), layout: maps };
    },
  }));
}

function blockedInput(block: number): readonly Formulation[] {
  return [NCHW, NHWC].map((maps) => ({
    name: maps === NCHW ? 'blocked' : 'blocked-channels-last',
    maps,
    applies: (problem) => isTurnable(problem) && isBlockable(problem.filters, problem.channels, block),
    emit(operands, problem, context: LoweringContext) {
      const [dy, filter] = pair(operands);
      const blocking = { block, maps };
      const source = context.inLayout(dy, sourceLayout(problem.filters, blocking));
      const name = blockedInputGradient(source, context.plain(filter), problem, blocking, context);
      return { name, layout: maps };
    },
  }));
}

function pair(operands: readonly LoweredValue[]): readonly [LoweredValue, LoweredValue] {
  return [operand(operands, 0), operand(operands, 1)];
}

function namesOf(values: readonly LoweredValue[]): string[] {
  return values.map(({ name }) => name);
}
