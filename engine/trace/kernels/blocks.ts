import type { BatchToSpaceNDAttrs, DepthToSpaceAttrs, SpaceToBatchNDAttrs } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { EngineError } from '../../errors.ts';
import { compose } from '../composition.ts';
import type { TraceKernel, TraceKernels } from '../kernel.ts';
import { attributesOf } from '../kernel.ts';

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

/** The places of a block become images of the batch: tfjs computes dilated pools this way. */
const spaceToBatch: TraceKernel = (call) => {
  const c = compose(call);
  const x = call.input('x');
  const { blockShape, paddings } = attributesOf<SpaceToBatchNDAttrs>(call);
  const pads = x.shape.map((_, axis) => paddings[axis - 1] ?? [0, 0]);
  const padded = c.pad(
    x,
    pads.map(([before = 0]) => before),
    pads.map(([, after = 0]) => after),
  );
  const size = product(blockShape);
  const split = backend_util.getReshaped([...padded.shape], blockShape, size, false);
  const permutation = backend_util.getPermuted(split.length, blockShape.length, false);
  const shape = backend_util.getReshapedPermuted([...padded.shape], blockShape, size, false);
  return c.reshape(c.transpose(c.reshape(padded, split), permutation), shape);
};

const batchToSpace: TraceKernel = (call) => {
  const c = compose(call);
  const x = call.input('x');
  const { blockShape, crops } = attributesOf<BatchToSpaceNDAttrs>(call);
  const size = product(blockShape);
  const split = backend_util.getReshaped([...x.shape], blockShape, size);
  const permutation = backend_util.getPermuted(split.length, blockShape.length);
  const whole = backend_util.getReshapedPermuted([...x.shape], blockShape, size);
  const begin = backend_util.getSliceBeginCoords(crops, blockShape.length);
  const extent = backend_util.getSliceSize(whole, crops, blockShape.length);
  const from = whole.map((_, axis) => begin[axis] ?? 0);
  const to = whole.map((all, axis) => extent[axis] ?? all);
  return c.slice(c.reshape(c.transpose(c.reshape(x, split), permutation), whole), from, to);
};

const depthToSpace: TraceKernel = (call) => {
  const c = compose(call);
  const x = call.input('x');
  const { blockSize: block, dataFormat } = attributesOf<DepthToSpaceAttrs>(call);
  if (dataFormat !== 'NHWC') {
    throw new EngineError(
      'STEP_UNTRACEABLE',
      `Expected the data format of depthToSpace to be NHWC, got ${dataFormat}.`,
    );
  }
  const [batch = 1, height = 1, width = 1, depth = 1] = x.shape;
  const channels = depth / (block * block);
  const split = c.reshape(x, [batch, height, width, block, block, channels]);
  return c.reshape(c.transpose(split, [0, 1, 3, 2, 4, 5]), [batch, height * block, width * block, channels]);
};

export const blockKernels: TraceKernels = {
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  SpaceToBatchND: spaceToBatch,
};
