/**
 * A network as data: an input shape and a list of layers. Shapes, parameter and MAC counts, the weights' names and the
 * TensorFlow.js step functions are all derived from this one description.
 *
 * Convolutions have stride 1; pools drop an incomplete last window (`floor`, TensorFlow's `valid`).
 */
export type Layer =
  | {
      readonly kind: 'conv';
      readonly name: string;
      readonly filters: number;
      readonly size: number;
      readonly pad: number;
      readonly relu: boolean;
    }
  | {
      /** Across channels; `alpha` multiplies the plain sum over `size` neighbours (Caffe's is this one times `size`). */
      readonly kind: 'lrn';
      readonly name: string;
      readonly size: number;
      readonly alpha: number;
      readonly beta: number;
      readonly kappa: number;
    }
  | { readonly kind: 'max-pool'; readonly name: string; readonly size: number; readonly stride: number }
  | { readonly kind: 'flatten'; readonly name: string }
  | { readonly kind: 'dense'; readonly name: string; readonly units: number; readonly relu: boolean }
  /** `rate` is the probability of dropping a unit, in [0, 1). */
  | { readonly kind: 'dropout'; readonly name: string; readonly rate: number };

export interface NetworkDescription {
  /** For example `VGG/8 A-LRN`. */
  readonly title: string;
  /** Side of the square crop the network sees, pixels. */
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
  readonly layers: readonly Layer[];
}

/** What a family needs to know to draw one of its configurations. */
export interface NetworkInput {
  readonly channels: number;
  readonly classes: number;
  /** Dropout rate of the fully connected layers; 0 leaves dropout out. */
  readonly dropout: number;
}
