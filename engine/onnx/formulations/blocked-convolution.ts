import type { Layout } from '../layout.ts';
import { NCHW } from '../layout.ts';
import type { LoweringContext } from '../lowering/context.ts';
import type { ConvolutionProblem } from '../lowering/convolution-problem.ts';
import { turnedProblem } from '../lowering/convolution-problem.ts';
import { windowAttributes } from '../lowering/direct-convolution.ts';
import { integers } from '../model-builder.ts';

/** ONNX Runtime's own operators on the layout [batch, channels / block, height, width, block]. */
const DOMAIN = 'com.microsoft.nchwc';

export interface Blocking {
  readonly block: number;
  /** Layout of the maps outside: NCHW or NHWC. An input of few channels comes as `sourceLayout` says. */
  readonly maps: Layout;
}

/** Output channels are filled up with zeros, which only whole vectors of four allow. */
export function isBlockable(channels: number, filters: number, block: number): boolean {
  return block > 1 && filters % 4 === 0 && (channels % block === 0 || channels < block);
}

/** How the convolution reads its input: fewer channels than a block are never blocked, and lie in NCHW. */
export function sourceLayout(channels: number, { block, maps }: Blocking): Layout {
  return channels < block ? NCHW : maps;
}

/**
 * The direct convolution that ONNX Runtime keeps for filters known before a session opens; here the filter is brought
 * into blocks on every step, which is small change. Twice as fast as its other convolution for 8 to 64 channels.
 * @param operands names of x, the HWIO filter and perhaps a bias
 */
export function blockedConvolution(
  [x, filter, bias]: readonly string[],
  problem: ConvolutionProblem,
  blocking: Blocking,
  { model }: LoweringContext,
): string {
  const { channels, filters, window } = problem;
  const { block } = blocking;
  const room = Math.ceil(filters / block) * block;
  const padded =
    room === filters
      ? filter
      : model.operator('Pad', [filter as string, model.integers([0, 0, 0, 0, 0, 0, 0, room - filters])]);
  const weights = inBlocks(padded as string, [...window.filter, channels, room], block, { model });
  const addend = bias && room !== filters ? model.operator('Pad', [bias, model.integers([0, room - filters])]) : bias;
  return run([x as string, weights, ...(addend === undefined ? [] : [addend])], problem, blocking, { model });
}

/** The convolution of dy with the turned filter, in blocks. @param filter HWIO */
export function blockedInputGradient(
  dy: string,
  filter: string,
  problem: ConvolutionProblem,
  blocking: Blocking,
  context: LoweringContext,
): string {
  const { model } = context;
  const { channels, filters, window } = problem;
  const taps = window.filter[0] * window.filter[1];
  const backwards = Array.from({ length: taps }, (_, tap) => taps - 1 - tap);
  const matrices = model.operator('Reshape', [filter, model.integers([taps, channels, filters])]);
  const turned = model.operator('Gather', [matrices, model.integers(backwards)], { attributes: { axis: 0n } });
  const swapped = model.operator('Transpose', [turned], { attributes: { perm: integers([0, 2, 1]) } });
  const weights = model.operator('Reshape', [swapped, model.integers([...window.filter, filters, channels])]);
  return blockedConvolution([dy, weights], turnedProblem(problem), blocking, context);
}

/** HWIO to [O / block, I / block, H, W, block of I, block of O], or [O / block, I, H, W, block of O] for few channels. */
function inBlocks(
  filter: string,
  [height, width, channels, filters]: readonly number[],
  block: number,
  { model }: Pick<LoweringContext, 'model'>,
): string {
  const [h, w, i, o] = [height, width, channels, filters] as [number, number, number, number];
  const [shape, perm] =
    i < block
      ? [
          [h, w, i, o / block, block],
          [3, 2, 0, 1, 4],
        ]
      : [
          [h, w, i / block, block, o / block, block],
          [4, 2, 0, 1, 3, 5],
        ];
  const split = model.operator('Reshape', [filter, model.integers(shape)]);
  const moved = model.operator('Transpose', [split], { attributes: { perm: integers(perm) } });
  return model.operator('Reshape', [moved, model.integers([o, i, h, w])]);
}

function run(
  [x, ...others]: readonly string[],
  { channels, filters, window }: ConvolutionProblem,
  { block, maps }: Blocking,
  { model }: Pick<LoweringContext, 'model'>,
): string {
  const channelsLast = BigInt(maps !== NCHW);
  const blocked =
    channels < block
      ? (x as string)
      : model.operator('ReorderInput', [x as string], { domain: DOMAIN, attributes: { channels_last: channelsLast } });
  const y = model.operator('Conv', [blocked, ...others], { domain: DOMAIN, attributes: windowAttributes(window) });
  const attributes = { channels: BigInt(filters), channels_last: channelsLast };
  return model.operator('ReorderOutput', [y], { domain: DOMAIN, attributes });
}
