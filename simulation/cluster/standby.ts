import { createRandom } from '../random.ts';

/** Share of worlds in which two coordinators with tables of their own stand by, and one of them leads. */
const WITH_STANDBY = 0.4;

export const hasStandby = (seed: number): boolean => createRandom(seed, 'standby').chance(WITH_STANDBY);
