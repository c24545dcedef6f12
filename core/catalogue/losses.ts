/** What a network is trained to make small; formulas and sources in worker/training/objectives/losses.ts. */
export const LOSS_NAMES = [
  'softmax',
  'hinge',
  'squared-hinge',
  'weston-watkins',
  'crammer-singer',
  'ranking-hinge',
] as const;

export type LossName = (typeof LOSS_NAMES)[number];
