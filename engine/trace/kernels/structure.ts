import type {
  BroadCastToAttrs,
  ConcatAttrs,
  ExpandDimsAttrs,
  OneHotAttrs,
  PackAttrs,
  PadV2Attrs,
  ReshapeAttrs,
  SliceAttrs,
  SplitVAttrs,
  Tensor,
  TileAttrs,
  TransposeAttrs,
  UnpackAttrs,
} from '@tensorflow/tfjs-core';
import { backend_util, slice_util, util } from '@tensorflow/tfjs-core';
import { elementCount } from '../../shape.ts';
import type { Shape } from '../../step.ts';
import type { KernelCall, SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';
import { knownDType } from './elementwise.ts';

function reshapeTo(call: KernelCall, x: SymbolicTensor, shape: Shape): SymbolicTensor {
  return call.record({ kind: 'Reshape' }, [x], shape, x.dtype);
}

function sliceOf(call: KernelCall, x: SymbolicTensor, begin: readonly number[], size: Shape): SymbolicTensor {
  return call.record({ kind: 'Slice', begin }, [x], size, x.dtype);
}

const identity: TraceKernel = (call) => {
  const x = call.input('x');
  return call.record({ kind: 'Identity' }, [x], x.shape, x.dtype);
};

const reshape: TraceKernel = (call) => {
  const x = call.input('x');
  const { shape } = attributesOf<ReshapeAttrs>(call);
  return reshapeTo(call, x, util.inferFromImplicitShape([...shape], elementCount(x.shape)));
};

const expandDims: TraceKernel = (call) => {
  const x = call.input('input');
  const { dim } = attributesOf<ExpandDimsAttrs>(call);
  const axis = dim < 0 ? dim + x.shape.length + 1 : dim;
  return reshapeTo(call, x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
};

const broadcastTo: TraceKernel = (call) => {
  const x = call.input('x');
  const { shape } = attributesOf<BroadCastToAttrs>(call);
  return call.record({ kind: 'BroadcastTo' }, [x], [...shape], x.dtype);
};

const transpose: TraceKernel = (call) => {
  const x = call.input('x');
  const { perm } = attributesOf<TransposeAttrs>(call);
  const shape = perm.map((axis) => x.shape[axis] ?? 1);
  return call.record({ kind: 'Transpose', permutation: [...perm] }, [x], shape, x.dtype);
};

const slice: TraceKernel = (call) => {
  const x = call.input('x');
  const { begin, size } = attributesOf<SliceAttrs>(call);
  // parseSliceParams reads nothing but the rank and the shape.
  const described = { shape: [...x.shape], rank: x.shape.length } as Tensor;
  const [from = [], extent = []] = slice_util.parseSliceParams(described, begin, size);
  return sliceOf(call, x, from, extent);
};

const concat: TraceKernel = (call) => {
  const { axis } = attributesOf<ConcatAttrs>(call);
  const parts = call.inputs.filter((part) => elementCount(part.shape) > 0);
  const first = call.inputs[0] as SymbolicTensor;
  const along = util.parseAxisParam(axis, [...first.shape])[0] ?? 0;
  const shape = backend_util.computeOutShape(
    call.inputs.map((part) => [...part.shape]),
    along,
  );
  return call.record({ kind: 'Concat', axis: along }, parts, shape, first.dtype);
};

/** Recorded as slices, so that every node has one result. */
const splitV: TraceKernel = (call) => {
  const x = call.input('x');
  const { numOrSizeSplits, axis } = attributesOf<SplitVAttrs>(call);
  const along = util.parseAxisParam(axis, [...x.shape])[0] ?? 0;
  let offset = 0;
  return backend_util.prepareSplitSize({ shape: [...x.shape] } as Tensor, numOrSizeSplits, along).map((extent) => {
    const begin = x.shape.map((_, index) => (index === along ? offset : 0));
    offset += extent;
    return sliceOf(
      call,
      x,
      begin,
      x.shape.map((size, index) => (index === along ? extent : size)),
    );
  });
};

const pack: TraceKernel = (call) => {
  const { axis } = attributesOf<PackAttrs>(call);
  const parts = call.inputs.map((part) =>
    reshapeTo(call, part, [...part.shape.slice(0, axis), 1, ...part.shape.slice(axis)]),
  );
  const first = parts[0] as SymbolicTensor;
  const shape = first.shape.map((size, index) => (index === axis ? parts.length : size));
  return call.record({ kind: 'Concat', axis }, parts, shape, first.dtype);
};

const unpack: TraceKernel = (call) => {
  const x = call.input('value');
  const { axis } = attributesOf<UnpackAttrs>(call);
  const along = axis < 0 ? axis + x.shape.length : axis;
  return Array.from({ length: x.shape[along] ?? 0 }, (_, position) => {
    const begin = x.shape.map((__, index) => (index === along ? position : 0));
    const one = sliceOf(
      call,
      x,
      begin,
      x.shape.map((size, index) => (index === along ? 1 : size)),
    );
    return reshapeTo(
      call,
      one,
      x.shape.filter((__, index) => index !== along),
    );
  });
};

const padV2: TraceKernel = (call) => {
  const x = call.input('x');
  const { paddings, constantValue } = attributesOf<PadV2Attrs>(call);
  const before = paddings.map(([count]) => count);
  const after = paddings.map(([, count]) => count);
  const shape = x.shape.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0));
  return call.record({ kind: 'Pad', before, after, value: constantValue }, [x], shape, x.dtype);
};

const tile: TraceKernel = (call) => {
  const x = call.input('x');
  const repeats = [...attributesOf<TileAttrs>(call).reps];
  const shape = x.shape.map((size, axis) => size * (repeats[axis] ?? 1));
  return call.record({ kind: 'Tile', repeats }, [x], shape, x.dtype);
};

const oneHot: TraceKernel = (call) => {
  const indices = call.input('indices');
  const { depth, onValue, offValue, dtype } = attributesOf<OneHotAttrs>(call);
  const operation = { kind: 'OneHot', depth, on: onValue, off: offValue } as const;
  return call.record(operation, [indices], [...indices.shape, depth], knownDType(dtype));
};

export const structureKernels: TraceKernels = {
  Identity: identity,
  Reshape: reshape,
  ExpandDims: expandDims,
  BroadcastTo: broadcastTo,
  Transpose: transpose,
  Slice: slice,
  Concat: concat,
  SplitV: splitV,
  Pack: pack,
  Unpack: unpack,
  PadV2: padV2,
  Tile: tile,
  OneHot: oneHot,
};
