import type {
  GatherV2Attrs,
  MirrorPadAttrs,
  ReverseAttrs,
  StridedSliceAttrs,
  UnsortedSegmentSumAttrs,
} from '@tensorflow/tfjs-core';
import { slice_util } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import { elementCount } from '../../shape.ts';
import { mirroredPlaces } from '../../tfjs/mirrored-places.ts';
import type { Composition } from '../composition.ts';
import { axesOf, compose } from '../composition.ts';
import type { KernelCall, SymbolicTensor, TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

const gatherV2: TraceKernel = (call) => {
  const c = compose(call);
  const x = call.input('x');
  const indices = c.cast(call.input('indices'), 'int32');
  const { axis, batchDims = 0 } = attributesOf<GatherV2Attrs>(call);
  const along = axesOf(x, axis)[0] ?? 0;
  return batchDims === 0 ? gather(call, x, indices, along) : gatherByRow(call, c, x, indices, along, batchDims);
};

function gather(call: KernelCall, x: SymbolicTensor, indices: SymbolicTensor, axis: number): SymbolicTensor {
  const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
  return call.record({ kind: 'GatherV2', axis }, [x, indices], shape, x.dtype);
}

/** Each row has indices of its own: rows are laid end to end, and an index moves on by its row's beginning. */
function gatherByRow(
  call: KernelCall,
  c: Composition,
  x: SymbolicTensor,
  indices: SymbolicTensor,
  axis: number,
  batchDims: number,
): SymbolicTensor {
  if (axis !== batchDims) {
    throw new EngineError(
      'STEP_UNTRACEABLE',
      `Expected the axis of a gather with ${batchDims} batch dimensions to be ${batchDims}, got ${axis}.`,
    );
  }
  const batch = x.shape.slice(0, batchDims);
  const rows = elementCount(batch);
  const length = x.shape[axis] ?? 1;
  const inner = x.shape.slice(axis + 1);
  const places = indices.shape.slice(batchDims);
  const beginnings = Int32Array.from({ length: rows }, (_, row) => row * length);
  const moved = c.binary('Add', c.reshape(indices, [rows, elementCount(places)]), c.constant(beginnings, [rows, 1]));
  const flat = gather(
    call,
    c.reshape(x, [rows * length, ...inner]),
    c.reshape(moved, [rows * elementCount(places)]),
    0,
  );
  return c.reshape(flat, [...batch, ...places, ...inner]);
}

const unsortedSegmentSum: TraceKernel = (call) => {
  const x = call.input('x');
  const segments = compose(call).cast(call.input('segmentIds'), 'int32');
  if (segments.shape.length !== 1) {
    throw new EngineError(
      'STEP_UNTRACEABLE',
      `Expected the segments of UnsortedSegmentSum to be of rank 1, got rank ${segments.shape.length}.`,
    );
  }
  const { numSegments } = attributesOf<UnsortedSegmentSumAttrs>(call);
  return call.record({ kind: 'UnsortedSegmentSum' }, [x, segments], [numSegments, ...x.shape.slice(1)], x.dtype);
};

const range = (length: number): number[] => Array.from({ length }, (_, index) => index);

const reverse: TraceKernel = (call) => {
  const c = compose(call);
  const x = call.input('x');
  return axesOf(x, attributesOf<ReverseAttrs>(call).dims).reduce(
    (turned, axis) => c.pick(turned, axis, range(x.shape[axis] ?? 1).reverse()),
    x,
  );
};

const flipLeftRight: TraceKernel = (call) => {
  const image = call.input('image');
  return compose(call).pick(image, 2, range(image.shape[2] ?? 1).reverse());
};

const mirrorPad: TraceKernel = (call) => {
  const c = compose(call);
  const { paddings, mode } = attributesOf<MirrorPadAttrs>(call);
  return paddings.reduce(
    (padded, [before, after], axis) =>
      before + after === 0
        ? padded
        : c.pick(padded, axis, mirroredPlaces(padded.shape[axis] ?? 1, [before, after], mode)),
    call.input('x'),
  );
};

const stridedSlice: TraceKernel = (call) => {
  const c = compose(call);
  const x = call.input('x');
  const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } =
    attributesOf<StridedSliceAttrs>(call);
  const info = slice_util.sliceInfo(
    [...x.shape],
    begin,
    end,
    strides,
    beginMask,
    endMask,
    ellipsisMask,
    newAxisMask,
    shrinkAxisMask,
  );
  const { begin: $begin, end: $end, strides: $strides, finalShape } = info;
  const picked = x.shape.reduce((part, size, axis) => {
    const [from = 0, to = size, stride = 1] = [$begin[axis], $end[axis], $strides[axis]];
    const count = Math.max(0, Math.ceil((to - from) / stride));
    const places = range(count).map((index) => from + index * stride);
    const whole = count === size && stride === 1;
    return whole ? part : c.pick(part, axis, places);
  }, x);
  return c.reshape(picked, finalShape);
};

export const gatherKernels: TraceKernels = {
  FlipLeftRight: flipLeftRight,
  GatherV2: gatherV2,
  MirrorPad: mirrorPad,
  Reverse: reverse,
  StridedSlice: stridedSlice,
  UnsortedSegmentSum: unsortedSegmentSum,
};
