import { EngineError } from '../errors.ts';
import type { GraphNode } from '../graph/graph.ts';
import type { Operation, SlidingWindow } from '../graph/operation.ts';
import { BINARY, UNARY } from '../graph/operation.ts';
import type { ConvolutionGradients } from './fusion/convolution-gradients.ts';
import type { MomentumUpdate } from './fusion/momentum.ts';
import type { Instruction } from './program.ts';

const ELEMENTWISE: ReadonlySet<string> = new Set([...UNARY, ...BINARY, 'Select', 'Cast', 'Identity']);
/** Whose attributes are the shape alone, or nothing. */
const PLAIN: ReadonlySet<string> = new Set([
  'Reshape',
  'BroadcastTo',
  'Softmax',
  'LogSoftmax',
  'Concat',
  'UnsortedSegmentSum',
]);

/** Window first, as addon/window.h reads it. */
export function windowInts({ filter, strides, dilations, padding }: SlidingWindow): readonly number[] {
  return [...filter, ...strides, ...dilations, ...padding];
}

/**
 * The instruction of a node that is computed alone.
 * @throws EngineError STEP_UNTRACEABLE for an operation that the addon does not have.
 */
export function encodeNode(node: GraphNode, slot: number): Instruction {
  const { operation, inputs, shape, dtype } = node;
  const base = { kind: operation.kind, inputs, outputs: [slot], ints: [], floats: [], shape, dtype };
  return { ...base, ...attributesOf(operation, shape.length) };
}

type Attributes = Partial<Pick<Instruction, 'ints' | 'floats' | 'values'>>;

function attributesOf(operation: Operation, rank: number): Attributes {
  if (operation.kind === 'Relu') return { ints: [0] };
  if (ELEMENTWISE.has(operation.kind)) return {};
  switch (operation.kind) {
    case 'Constant':
      return { values: operation.values };
    case 'Fill':
      return { floats: [operation.value] };
    case 'Transpose':
      return { ints: operation.permutation };
    case 'Slice':
      return { ints: operation.begin };
    case 'Concat':
    case 'GatherV2':
      return { ints: [operation.axis] };
    case 'Pad': {
      const axes = Array.from({ length: rank }, (_, position) => rank - 1 - position);
      const ints = axes.flatMap((axis) => [operation.before[axis] ?? 0, operation.after[axis] ?? 0]);
      return { ints, floats: [operation.value] };
    }
    case 'Tile':
      return { ints: operation.repeats };
    case 'OneHot':
      return { ints: [operation.depth], floats: [operation.on, operation.off] };
    case 'Sum':
    case 'Mean':
    case 'Max':
    case 'Min':
    case 'Prod':
      return { ints: [Number(operation.keepDims), ...operation.axes] };
    case 'ArgMax':
    case 'ArgMin':
      return { ints: [operation.axis] };
    case 'MatMul':
      return { ints: [Number(operation.transposeA), Number(operation.transposeB)] };
    case 'Conv2D':
    case 'AvgPool':
      return { ints: windowInts(operation.window) };
    case 'LRN':
    case 'LRNGrad':
      return { ints: [operation.depthRadius], floats: [operation.bias, operation.alpha, operation.beta] };
    default:
      if (PLAIN.has(operation.kind)) return {};
      throw new EngineError(
        'STEP_UNTRACEABLE',
        `Expected ${operation.kind} to be one the torch executor has, got one without an instruction. ` +
          'Choose the executor onnx, or write the step without it.',
      );
  }
}

/** All gradients of one convolution in one instruction. */
export function encodeGradients(group: ConvolutionGradients): Instruction {
  const { window, dy, x, filter, dx, dw, db, xShape, filterShape } = group;
  const wanted = [dx, dw, db].map((node) => Number(node >= 0));
  return {
    kind: 'Conv2DBackward',
    inputs: [dy, dw >= 0 ? x : -1, dx >= 0 ? filter : -1],
    outputs: [dx, dw, db],
    ints: [...windowInts(window), ...xShape, ...filterShape, ...wanted],
    floats: [],
    shape: xShape,
    dtype: 'float32',
  };
}

export function encodeMomentum(update: MomentumUpdate, newWeight: GraphNode, slot: number): Instruction {
  const { weight, velocity, gradient, keep, rate, decay, newVelocity, inPlace } = update;
  return {
    kind: 'Momentum',
    inputs: [weight, velocity, gradient, keep, rate, ...(decay >= 0 ? [decay] : [])],
    outputs: [slot, newVelocity],
    ints: [Number(inPlace)],
    floats: [],
    shape: newWeight.shape,
    dtype: newWeight.dtype,
  };
}
