import { FileCondition } from './dataset.ts';
import { filePath } from './file-table.ts';
import type { ImageView, TrialImages } from './trial-images.ts';

const EXAMPLES = 10;

/** Images of a trial that turned out not to be images: how many, and the first few by their path. Nothing when all were whole. */
export function damagedImages({ train, validation, test }: TrialImages): {
  readonly damagedImages?: { readonly count: number; readonly examples: readonly string[] };
} {
  const paths = [train, validation, test].flatMap(damagedPaths);
  return paths.length === 0 ? {} : { damagedImages: { count: paths.length, examples: paths.slice(0, EXAMPLES) } };
}

function damagedPaths({ images, places }: ImageView): readonly string[] {
  if (images.kind === 'stored') return [];
  const damaged = places.filter((place) => images.conditions[place] === FileCondition.damaged);
  return Array.from(damaged, (place) => filePath(images.files, place));
}
