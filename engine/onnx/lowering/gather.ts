import { elementCount } from '../../shape.ts';
import { ONNX_TYPE } from '../model.ts';
import type { LoweringRule, LoweringRules } from './context.ts';
import { operand, result } from './context.ts';

/** One new axis takes the place of the old one, wherever that lies in memory; several are laid out plainly. */
const gather: LoweringRule<'GatherV2'> = ({ axis }, operands, node, context) => {
  const [x, indices] = [operand(operands, 0), operand(operands, 1)];
  const single = indices.shape.length === 1;
  const inputs = [single ? x.name : context.plain(x), context.plain(indices)];
  const attributes = { axis: BigInt(single ? x.layout.indexOf(axis) : axis) };
  const name = context.model.operator('Gather', inputs, { attributes });
  return single ? result(node, name, x.layout) : result(node, name);
};

/** ScatterND is spread over threads, which would race for a segment. */
const unsortedSegmentSum: LoweringRule<'UnsortedSegmentSum'> = (_, operands, node, context) => {
  const { model } = context;
  const [x, segments] = [operand(operands, 0), operand(operands, 1)];
  const count = x.shape[0] ?? 1;
  const width = elementCount(x.shape) / count;
  const rows = model.operator('Reshape', [context.plain(x), model.integers([count, width])]);
  const wide = model.operator('Cast', [context.plain(segments)], { attributes: { to: BigInt(ONNX_TYPE.int64) } });
  const column = model.operator('Reshape', [wide, model.integers([count, 1])]);
  const targets = model.operator('Expand', [column, model.integers([count, width])]);
  const zero =
    node.dtype === 'float32' ? model.float(0) : model.tensor('int32', [], new Uint8Array(Int32Array.of(0).buffer));
  const zeros = model.operator('Expand', [zero, model.integers([node.shape[0] ?? 1, width])]);
  const sums = model.operator('ScatterElements', [zeros, targets, rows], {
    attributes: { axis: 0n, reduction: 'add' },
  });
  return result(node, model.operator('Reshape', [sums, model.integers(node.shape)]));
};

export const gatherRules: LoweringRules = { GatherV2: gather, UnsortedSegmentSum: unsortedSegmentSum };
