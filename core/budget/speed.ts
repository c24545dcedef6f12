/** What was measured of trials that succeeded, by network and kind of place. */
export interface Measured {
  /** Estimated work, in the unit of the cost model, and the time it took in a slot. */
  readonly work: number;
  readonly ms: number;
}

/** By `speedKey`. */
export type Speeds = ReadonlyMap<string, Measured>;

/** Where a trial computes, as far as speed goes. */
export interface SlotKind {
  readonly executor: string;
  readonly kind: string;
}

/**
 * Trials whose speed is measured together: those of one network that train, and apart from them those that only test it, whose time
 * goes largely into what work does not count, such as reading images and compiling.
 */
export function speedClass({ network, trainEpochs }: Readonly<Record<string, unknown>>): string {
  return `${String(network ?? '')}${trainEpochs === 0 ? '/evaluation' : ''}`;
}

/** @param network a `speedClass`, here and below. */
export const speedKey = (network: string, { executor, kind }: SlotKind): string => `${network} ${executor} ${kind}`;

/** Older measurements fade: drivers, neighbours and versions change. */
const FADE = 0.98;

export function withMeasurement(speeds: Speeds, key: string, { work, ms }: Measured): Speeds {
  const before = speeds.get(key) ?? { work: 0, ms: 0 };
  return new Map(speeds).set(key, { work: FADE * before.work + work, ms: FADE * before.ms + ms });
}

/** Work a millisecond of one slot: of this network on this kind of place, else of this network anywhere; undefined before the first. */
export function speedOf(speeds: Speeds, network: string, place?: SlotKind): number | undefined {
  const own = place && speeds.get(speedKey(network, place));
  if (own && own.ms > 0) return own.work / own.ms;
  let [work, ms] = [0, 0];
  for (const [key, measured] of speeds) {
    if (!key.startsWith(`${network} `)) continue;
    work += measured.work;
    ms += measured.ms;
  }
  return ms > 0 ? work / ms : undefined;
}
