import { createRandom, type Random } from '../random.ts';

/** What may go wrong. `forMs` of the plan is how long it lasts, or how long it takes until the dead are started again. */
export const FAULT_KINDS = [
  'coordinator killed',
  'coordinator ended',
  'coordinator paused',
  'coordinator replaced while it lives',
  'coordinator disk full',
  'coordinator clock set',
  'worker killed',
  'worker ended',
  'worker without power',
  'worker gone for good',
  'worker paused',
  'worker disk full',
  'worker clock set',
  'stream reset',
  'partition of worker and coordinator',
  'partition of worker and NATS',
  'partition of coordinator and NATS',
  'NATS killed',
  'NATS away past its duplicate window',
  'NATS paused',
  'NATS disk full',
  'NATS forgets acknowledged records',
  'messages dropped, doubled, late',
  'site without power',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** One thing that goes wrong, as data: plans are printed, shortened and run again. */
export interface Fault {
  readonly kind: FaultKind;
  /** Virtual milliseconds from the beginning. */
  readonly at: number;
  readonly forMs: number;
  /** Index of the worker; taken modulo their number. */
  readonly worker: number;
  /** Uniform in [0, 1): whatever else the kind has to choose. */
  readonly dice: number;
}

interface Recipe {
  /** How often, against the others. */
  readonly weight: number;
  readonly forMs: readonly [low: number, high: number];
}

const RECIPES: Readonly<Record<FaultKind, Recipe>> = {
  'coordinator killed': { weight: 5, forMs: [300, 8_000] },
  'coordinator ended': { weight: 2, forMs: [300, 5_000] },
  'coordinator paused': { weight: 3, forMs: [1_000, 45_000] },
  'coordinator replaced while it lives': { weight: 2, forMs: [1_000, 40_000] },
  'coordinator disk full': { weight: 2, forMs: [500, 15_000] },
  'coordinator clock set': { weight: 1, forMs: [0, 0] },
  'worker killed': { weight: 4, forMs: [300, 60_000] },
  'worker ended': { weight: 2, forMs: [300, 10_000] },
  'worker without power': { weight: 4, forMs: [5_000, 60_000] },
  'worker gone for good': { weight: 0.7, forMs: [1_000, 5_000] },
  // Longer than a lease often enough, and beside an outage of NATS that holds the decision back.
  'worker paused': { weight: 4, forMs: [1_000, 120_000] },
  'worker disk full': { weight: 2, forMs: [1_000, 40_000] },
  'worker clock set': { weight: 1, forMs: [0, 0] },
  'stream reset': { weight: 3, forMs: [0, 0] },
  'partition of worker and coordinator': { weight: 4, forMs: [500, 80_000] },
  'partition of worker and NATS': { weight: 3, forMs: [500, 80_000] },
  'partition of coordinator and NATS': { weight: 2, forMs: [500, 60_000] },
  'NATS killed': { weight: 3, forMs: [300, 10_000] },
  'NATS away past its duplicate window': { weight: 0.4, forMs: [125_000, 240_000] },
  'NATS paused': { weight: 4, forMs: [1_000, 60_000] },
  'NATS disk full': { weight: 1, forMs: [1_000, 20_000] },
  'NATS forgets acknowledged records': { weight: 1, forMs: [0, 0] },
  'messages dropped, doubled, late': { weight: 3, forMs: [2_000, 60_000] },
  // Everybody at the same time, at the worst moment; machines come back one after the other.
  'site without power': { weight: 1.5, forMs: [10_000, 120_000] },
};

const FEWEST = 4;
const MOST = 24;
/** Faults begin within so long, ms. */
const SPAN = [40_000, 150_000] as const;

export function drawPlan(seed: number): readonly Fault[] {
  const random = createRandom(seed, 'faults');
  const span = random.between(...SPAN);
  const faults = Array.from({ length: random.integer(FEWEST, MOST) }, () => drawFault(random, span));
  return faults.toSorted((a, b) => a.at - b.at);
}

function drawFault(random: Random, span: number): Fault {
  const kind = drawKind(random);
  const [low, high] = RECIPES[kind].forMs;
  return {
    kind,
    at: Math.round(random.between(500, span)),
    // Short ones more often than long ones.
    forMs: Math.round(low + (high - low) * random.next() ** 2),
    worker: random.integer(0, 11),
    dice: random.next(),
  };
}

function drawKind(random: Random): FaultKind {
  const total = FAULT_KINDS.reduce((sum, kind) => sum + RECIPES[kind].weight, 0);
  let left = random.next() * total;
  for (const kind of FAULT_KINDS) {
    left -= RECIPES[kind].weight;
    if (left < 0) return kind;
  }
  return FAULT_KINDS[0];
}

/** For people: one line a fault. */
export function describeFault({ kind, at, forMs, worker }: Fault): string {
  const whose =
    kind.startsWith('worker') || kind.includes('of worker') || kind === 'stream reset' ? ` (worker ${worker})` : '';
  return `${(at / 1000).toFixed(3).padStart(9)} s  ${kind}${whose}${forMs > 0 ? `, for ${(forMs / 1000).toFixed(3)} s` : ''}`;
}
