import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { integers } from '../agreement.ts';
import { casesOf, operandsOf } from './operation-case.ts';

const { random, labels } = operandsOf(33);

export const STRUCTURE = casesOf((add) => {
  add('gather of rows, with repeats', { x: random(5, 3), i: integers([6], [4, 0, 0, 2, 4, 4]) }, ({ x, i }) =>
    tf.gather(x as Tensor, i as Tensor1D),
  );
  add('gather along an inner axis', { x: random(2, 4, 3), i: integers([2, 2], [3, 1, 1, 0]) }, ({ x, i }) =>
    tf.gather(x as Tensor, i as Tensor2D, 1),
  );
  add('gather by numbers of the step', { x: random(2, 4, 3) }, ({ x }) =>
    tf.gather(x as Tensor, tf.tensor1d([2, 0, 2], 'int32'), 2),
  );
  add('gather for each row', { x: random(3, 4), i: integers([3, 2], [3, 1, 0, 0, 2, 3]) }, ({ x, i }) =>
    tf.gather(x as Tensor, i as Tensor2D, 1, 1),
  );
  add('unsortedSegmentSum', { x: random(6, 2, 2), i: integers([6], [2, 0, 2, 3, 0, 2]) }, ({ x, i }) =>
    tf.unsortedSegmentSum(x as Tensor, i as Tensor1D, 5),
  );
  add('oneHot', { i: labels(7, 4), x: random(7, 4) }, ({ i, x }) =>
    tf.mul(tf.oneHot(i as Tensor1D, 4, 0.9, 0.1, 'float32'), x as Tensor),
  );

  add('pad', { x: random(2, 3, 4) }, ({ x }) =>
    tf.pad(
      x as Tensor3D,
      [
        [0, 1],
        [2, 0],
        [1, 3],
      ],
      0.5,
    ),
  );
  add(
    'mirrorPad',
    { x: random(3, 4, 2) },
    ({ x }) => [
      tf.mirrorPad(
        x as Tensor3D,
        [
          [1, 2],
          [2, 1],
          [0, 1],
        ],
        'reflect',
      ),
      tf.mirrorPad(
        x as Tensor3D,
        [
          [1, 3],
          [2, 1],
          [0, 2],
        ],
        'symmetric',
      ),
    ],
    [],
  );
  add('reverse', { x: random(3, 4, 2) }, ({ x }) => [tf.reverse(x as Tensor), tf.reverse(x as Tensor, [0, 2])]);
  add('split, stack and unstack', { x: random(4, 6) }, ({ x }) => [
    ...tf.split(x as Tensor, 3, 1),
    ...tf.split(x as Tensor, [1, 3], 0),
    tf.stack([x as Tensor, x as Tensor], 1),
    ...tf.unstack(x as Tensor, 0),
  ]);
  add('squeeze and expandDims', { x: random(1, 4, 1, 3) }, ({ x }) => [
    tf.squeeze(x as Tensor),
    tf.squeeze(x as Tensor, [2]),
    tf.expandDims(x as Tensor, -1),
  ]);
  add('slice', { x: random(4, 5, 3) }, ({ x }) => [
    tf.slice(x as Tensor, [1, 0, 2], [2, -1, 1]),
    tf.slice(x as Tensor, 1),
  ]);
  add(
    'stridedSlice',
    { x: random(6, 5) },
    ({ x }) => [
      tf.stridedSlice(x as Tensor, [0, 1], [6, 5], [2, 3]),
      tf.stridedSlice(x as Tensor, [4, 4], [1, 0], [-1, -2]),
    ],
    [],
  );
  add('tile and broadcastTo', { x: random(2, 1, 3) }, ({ x }) => [
    tf.tile(x as Tensor, [1, 4, 2]),
    tf.broadcastTo(x as Tensor, [2, 5, 3]),
  ]);
  add('transpose', { x: random(2, 3, 4) }, ({ x }) => [
    tf.transpose(x as Tensor),
    tf.transpose(x as Tensor, [1, 0, 2]),
  ]);
  add('concat', { x: random(2, 3), y: random(2, 4) }, ({ x, y }) => tf.concat([x as Tensor, y as Tensor], 1));
  add('range and linspace', { x: random(5) }, ({ x }) => [
    tf.mul(x as Tensor, tf.range(0, 5, 1)),
    tf.add(x as Tensor, tf.linspace(0, 1, 5)),
  ]);
  add('eye and diagonal sums', { x: random(3, 3) }, ({ x }) => tf.sum(tf.mul(x as Tensor, tf.eye(3)), 1));
  add('depthToSpace', { x: random(2, 2, 3, 8) }, ({ x }) => tf.depthToSpace(x as Tensor4D, 2, 'NHWC'), []);
  add('spaceToBatchND and back', { x: random(2, 4, 5, 3) }, ({ x }) => {
    const blocks = tf.spaceToBatchND(
      x as Tensor,
      [2, 3],
      [
        [0, 0],
        [1, 0],
      ],
    );
    return [
      blocks,
      tf.batchToSpaceND(
        blocks,
        [2, 3],
        [
          [1, 0],
          [0, 2],
        ],
      ),
    ];
  });
});
