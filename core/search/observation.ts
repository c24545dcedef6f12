/** A dimension of the unit cube: continuous, or split evenly among `choices` that have no order. */
export interface Dimension {
  readonly choices?: number;
}

/** One observed configuration; a coordinate is undefined where the configuration does not have the factor. */
export interface Observation {
  readonly point: readonly (number | undefined)[];
  /** Smaller is better; infinite for a failure. */
  readonly loss: number;
}
