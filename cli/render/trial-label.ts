import { visible } from './display-width.ts';

interface LabelledTrial {
  readonly levels: readonly { readonly label: string }[];
  readonly seed: number;
}

/** `A-LRN S=32 seed 1`: what a person calls a cell. */
export function trialLabel({ levels, seed }: LabelledTrial): string {
  return visible([...levels.map((level) => level.label), `seed ${seed}`].join(' '));
}
