/** Whether an image shows the class (1), does not (−1), or shows it but does not count, as VOC's difficult objects (0). */
export type Relevance = 1 | 0 | -1;

const RECALL_LEVELS = 11;
/** So that a recall of 0.3 that floating point made a little less still reaches the level 0.3. */
const ROUNDING = 1e-9;

/**
 * Average precision as PASCAL VOC 2007 defined it (Everingham et al., IJCV 88, 2010, §4.2): the mean over the recalls 0,
 * 0.1, …, 1 of the highest precision at that recall or a higher one, 0 where it is never reached.
 * @param scores [images]; equal ones keep the order of the images.
 * @param relevance [images], values as `Relevance`.
 * @returns in [0, 1]; undefined when no image shows the class.
 */
export function averagePrecision11(scores: ArrayLike<number>, relevance: ArrayLike<number>): number | undefined {
  const ranked = Array.from({ length: scores.length }, (_, image) => image)
    .filter((image) => relevance[image] !== 0)
    .sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
  const positives = ranked.filter((image) => relevance[image] === 1).length;
  if (positives === 0) return undefined;
  /** Highest precision at each recall level. */
  const best = new Float64Array(RECALL_LEVELS);
  let found = 0;
  for (const [index, image] of ranked.entries()) {
    if (relevance[image] !== 1) continue;
    found += 1;
    const precision = found / (index + 1);
    const reached = Math.floor((found / positives + ROUNDING) * (RECALL_LEVELS - 1));
    for (let level = 0; level <= reached; level += 1) best[level] = Math.max(best[level] as number, precision);
  }
  return best.reduce((sum, precision) => sum + precision, 0) / RECALL_LEVELS;
}
