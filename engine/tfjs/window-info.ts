import type { Conv2DAttrs, MaxPoolAttrs } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { EngineError } from '../errors.ts';
import type { Shape } from '../step.ts';
import type { Extent } from './window.ts';

export type Shape4D = [number, number, number, number];

/** Of a convolution or of one of its gradients; tfjs's own gradients leave the dilations out, those of the engine do not. */
export type ConvolutionAttributes = Pick<Conv2DAttrs, 'strides' | 'pad' | 'dimRoundingMode'> & {
  readonly dilations?: Conv2DAttrs['dilations'];
  readonly dataFormat?: string;
  readonly inputShape?: Shape4D;
  readonly filterShape?: Shape4D;
};

/**
 * @param positions rows and columns of the output where they are known, as in gradients: a size that does not fit would
 *   be refused without a rounding, and gradients of tfjs forget theirs.
 * @throws EngineError STEP_UNTRACEABLE for another layout than NHWC.
 */
export function convolutionInfo(
  x: Shape,
  filter: Shape,
  { strides, dilations, pad, dimRoundingMode, dataFormat }: ConvolutionAttributes,
  depthwise: boolean,
  positions?: Extent,
): backend_util.Conv2DInfo {
  if (dataFormat !== undefined && dataFormat !== 'NHWC') {
    throw new EngineError(
      'STEP_UNTRACEABLE',
      `Expected the data format of a convolution to be NHWC, got ${dataFormat}.`,
    );
  }
  return backend_util.computeConv2DInfo(
    [...x] as Shape4D,
    [...filter] as Shape4D,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode ?? (positions === undefined ? undefined : 'floor'),
    depthwise,
    'channelsLast',
  );
}

/** @param positions as for convolutions. */
export function poolingInfo(
  x: Shape,
  { filterSize, strides, pad, dimRoundingMode }: MaxPoolAttrs,
  positions?: Extent,
): backend_util.Conv2DInfo {
  const rounding = dimRoundingMode ?? (positions === undefined ? undefined : 'floor');
  return backend_util.computePool2DInfo([...x] as Shape4D, filterSize, strides, 1, pad, rounding);
}

/** Rows and columns of NHWC maps. */
export function extentOf([, rows = 1, columns = 1]: Shape): Extent {
  return [rows, columns];
}
