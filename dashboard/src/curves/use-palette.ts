import { useEffect, useState } from 'react';
import { colourVariable, SERIES_COLOURS } from './line-style.ts';

/** The page's colours for a canvas, which cannot read CSS variables by itself. */
export interface Palette {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly panel: string;
  readonly series: readonly string[];
}

function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const series = Array.from({ length: SERIES_COLOURS }, (_, index) => colour(colourVariable(index)));
  return { text: colour('--text'), muted: colour('--muted'), line: colour('--line'), panel: colour('--panel'), series };
}

/** Follows the system between light and dark. */
export function usePalette(): Palette {
  const [palette, setPalette] = useState(readPalette);
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const change = (): void => setPalette(readPalette());
    dark.addEventListener('change', change);
    return () => dark.removeEventListener('change', change);
  }, []);
  return palette;
}
