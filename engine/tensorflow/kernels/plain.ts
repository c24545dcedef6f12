import type { GatherV2Attrs, MeanAttrs, StepAttrs, Tensor } from '@tensorflow/tfjs-core';
import { add, cast, greater, logicalNot, mul, scalar, tensor1d, tidy, util } from '@tensorflow/tfjs-core';
import type { TensorFlowKernel, TensorFlowKernels } from './kernel.ts';
import { execute } from './kernel.ts';

/** The package announces the operand's dtype and then passes floats: integers and bools fail. */
const mean: TensorFlowKernel = ({ x }, attributes, backend) =>
  tidy(() => {
    const operand = x as Tensor;
    const { axis } = attributes as unknown as MeanAttrs;
    const axes = tensor1d(util.parseAxisParam(axis, operand.shape), 'int32');
    const keepDims = attributes['keepDims'] === true;
    const types = { T: 'float32', Tidx: 'int32' } as const;
    return execute(backend, 'Mean', [cast(operand, 'float32'), axes], types, { keep_dims: keepDims });
  });

/** The package reads every index to check it, which makes the host wait for the device. */
const gatherV2: TensorFlowKernel = ({ x, indices }, attributes, backend) =>
  tidy(() => {
    const { axis, batchDims } = attributes as unknown as GatherV2Attrs;
    const operand = x as Tensor;
    const [along = 0] = util.parseAxisParam(axis, operand.shape);
    const types = {
      Tparams: operand.dtype as 'float32' | 'int32',
      Tindices: 'int32',
      Taxis: 'int32',
    } as const;
    const inputs = [operand, cast(indices as Tensor, 'int32'), scalar(along, 'int32')];
    return execute(backend, 'GatherV2', inputs, types, { batch_dims: batchDims });
  });

/** Every ReLU's gradient has one: the package takes seven operations and two uploads for it, to keep NaN. */
const step: TensorFlowKernel = ({ x }, attributes) =>
  tidy(() => {
    const { alpha } = attributes as unknown as StepAttrs;
    const positive = greater(x as Tensor, 0);
    const ones = cast(positive, 'float32');
    return alpha ? add(ones, mul(cast(logicalNot(positive), 'float32'), alpha)) : ones;
  });

export const plainKernels: TensorFlowKernels = { Mean: mean, GatherV2: gatherV2, Step: step };
