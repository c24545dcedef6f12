/** Colours of configurations; theme.css holds their values for light and dark as --series-0 to --series-7. */
export const SERIES_COLOURS = 8;

export const colourVariable = (index: number): string => `--series-${index % SERIES_COLOURS}`;

/** Beyond eight configurations colours repeat, with another mark. */
export const MARKS = ['circle', 'rect', 'triangle', 'diamond'] as const;

export const markOf = (index: number): (typeof MARKS)[number] =>
  MARKS[Math.floor(index / SERIES_COLOURS) % MARKS.length] ?? 'circle';

/** Line styles of seeds, as ECharts and the legend's SVG both take them. */
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [8, 3, 2, 3]];

export const dashOf = (seedPlace: number): readonly number[] => DASHES[seedPlace % DASHES.length] ?? [];
