import type { Layout } from '../search/points.ts';
import type { CmaEs, CoarseToFine, ModelSearch, Pbt } from './search.ts';

/** Which cells of the grid are run, and in which order. Absent: all of them, in the order of the grid. */
export type Sampler =
  | { readonly kind: 'grid'; readonly shuffleSeed?: number }
  | { readonly kind: Layout; readonly samples: number; readonly seed: number }
  | ({ readonly kind: 'coarseToFine' } & Pick<CoarseToFine, 'metric' | 'goal' | 'keep' | 'seed' | 'stages'>)
  | { readonly kind: 'ask'; readonly samples: number }
  | Pick<ModelSearch, 'kind' | 'metric' | 'goal' | 'seed' | 'samples' | 'startup' | 'batch'>
  | Pick<Pbt, 'kind' | 'metric' | 'goal' | 'seed' | 'population' | 'generations' | 'exploit'>
  | ({ readonly kind: 'cmaEs' } & Pick<CmaEs, 'metric' | 'goal' | 'seed' | 'samples'> & {
        readonly population?: number;
      });
