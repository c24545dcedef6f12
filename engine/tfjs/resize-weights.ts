import type { ResizeBilinearAttrs } from '@tensorflow/tfjs-core';

/** Bilinear and nearest-neighbour attributes are alike. */
export type ResizeAttributes = Pick<ResizeBilinearAttrs, 'alignCorners' | 'halfPixelCenters'>;
/** Weights of the old places in each new one: a row for each new place. */
export type ResizeWeights = (from: number, to: number, attributes: ResizeAttributes) => Float32Array;

function ratio(from: number, to: number, { alignCorners }: ResizeAttributes): number {
  return alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to;
}

export const bilinearWeights: ResizeWeights = (from, to, attributes) => {
  const scale = ratio(from, to, attributes);
  const weights = new Float32Array(to * from);
  for (let place = 0; place < to; place++) {
    const source = attributes.halfPixelCenters ? scale * (place + 0.5) - 0.5 : scale * place;
    const lower = Math.max(0, Math.floor(source));
    const upper = Math.min(from - 1, Math.ceil(source));
    const share = lower === upper ? 0 : source - lower;
    const row = place * from;
    weights[row + lower] = (weights[row + lower] ?? 0) + 1 - share;
    weights[row + upper] = (weights[row + upper] ?? 0) + share;
  }
  return weights;
};

export const nearestWeights: ResizeWeights = (from, to, attributes) => {
  const scale = ratio(from, to, attributes);
  const weights = new Float32Array(to * from);
  for (let place = 0; place < to; place++) {
    const source = scale * (attributes.halfPixelCenters ? place + 0.5 : place);
    const chosen = attributes.alignCorners ? Math.round(source) : Math.floor(source);
    weights[place * from + Math.min(from - 1, Math.max(0, chosen))] = 1;
  }
  return weights;
};
