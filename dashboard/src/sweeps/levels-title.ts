import type { Level } from '../api/client.ts';

/** `D · S=[32;64]`: the labels of a configuration, in the order of the factors. */
export const levelsTitle = (levels: readonly Level[]): string => levels.map((level) => level.label).join(' · ');
