import { type Crop, testCrops } from './data/crops.ts';

/**
 * The four corners, row by row, then the centre; with their mirror images the ten crops of Krizhevsky, Sutskever & Hinton,
 * NIPS 2012, §4.1. Parameters as of `testCrops`.
 */
export function cornerCrops(scale: number, side: number, mirror: boolean): readonly Crop[] {
  return [...testCrops(scale, side, 2, mirror), ...testCrops(scale, side, 1, mirror)];
}
