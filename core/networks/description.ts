/** What a layer computes. Layouts are TensorFlow.js's: images NHWC, filters HWIO. */
export type LayerKind =
  | {
      readonly kind: 'conv';
      readonly filters: number;
      /** Side of the square filter. */
      readonly size: number;
      readonly pad: number;
      /** Default 1. */
      readonly stride?: number;
      /** Each group of filters sees its own share of the channels (Krizhevsky's two towers). Default 1. */
      readonly groups?: number;
      readonly relu: boolean;
    }
  | {
      /** Across channels; `alpha` multiplies the plain sum over `size` neighbours (Caffe's is this one times `size`). */
      readonly kind: 'lrn';
      readonly size: number;
      readonly alpha: number;
      readonly beta: number;
      readonly kappa: number;
    }
  | ({ readonly kind: 'max-pool' | 'average-pool' } & Pooling)
  /** Mean over all pixels: [height, width, channels] to [channels]. */
  | { readonly kind: 'global-average-pool' }
  /** Joins what it reads along the channels. */
  | { readonly kind: 'concat' }
  | { readonly kind: 'flatten' }
  | { readonly kind: 'dense'; readonly units: number; readonly relu: boolean }
  /** `rate` is the probability of dropping a unit, in [0, 1). */
  | { readonly kind: 'dropout'; readonly rate: number };

export interface Pooling {
  readonly size: number;
  readonly stride: number;
  /** Default 0. Padding never wins a maximum and never counts in a mean. */
  readonly pad?: number;
  /** What becomes of an incomplete last window: dropped (TensorFlow) or kept (Caffe, cuda-convnet). Default `floor`. */
  readonly rounding?: 'floor' | 'ceil';
}

export type Layer = LayerKind & {
  /** Unique in the network. Equal names and shapes in two networks start from the same weights. */
  readonly name: string;
  /** Names of the layers it reads, `image` for the input. Default: the layer before it. */
  readonly from?: readonly string[];
};

/** The input, as a name for `from`. */
export const IMAGE = 'image';

/** A classifier besides the last layer, whose loss is added while training and which no test looks at. */
export interface AuxiliaryHead {
  /** The layer that gives its logits. */
  readonly layer: string;
  /** Of its loss; the last layer's is 1. */
  readonly lossWeight: number;
}

/**
 * A network as data: an input shape and layers, each after those it reads. The last layer gives the logits. Shapes,
 * parameter and MAC counts, the weights' names and the TensorFlow.js step functions are all derived from this one
 * description; an ablation is a function from description to description (`ablation.ts`).
 */
export interface NetworkDescription {
  /** For example `VGG/8 A-LRN`. */
  readonly title: string;
  /** Side of the square crop the network sees, pixels. */
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  readonly layers: readonly Layer[];
  readonly auxiliaryHeads?: readonly AuxiliaryHead[];
}

/** What a family needs to know to draw one of its configurations. */
export interface NetworkInput {
  readonly channels: number;
  readonly classes: number;
  /** Dropout rate of the fully connected layers; 0 leaves dropout out. */
  readonly dropout: number;
}
