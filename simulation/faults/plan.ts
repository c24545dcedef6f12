import { hasStandby } from '../cluster/standby.ts';
import { createRandom, type Random } from '../random.ts';

/** What may go wrong; the coordinator is the one that leads, the standby the other one. `forMs` of the plan is how long it lasts, or how long it takes until the dead are started again. */
export const FAULT_KINDS = [
  'coordinator killed',
  'coordinator ended',
  'coordinator paused',
  'coordinator replaced while it lives',
  'coordinator disk full',
  'coordinator clock set',
  'coordinator hears nothing',
  'coordinator lost at a row',
  'standby killed',
  'standby paused',
  'standby disk full',
  'both coordinators killed',
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
  'partition of standby and NATS',
  'standby hears nothing',
  'coordinator cannot reach the key',
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
  /** Default: in all worlds. */
  readonly in?: 'with a standby' | 'with one table';
}

const RECIPES: Readonly<Record<FaultKind, Recipe>> = {
  'coordinator killed': { weight: 5, forMs: [300, 8_000] },
  'coordinator ended': { weight: 2, forMs: [300, 5_000] },
  'coordinator paused': { weight: 3, forMs: [1_000, 45_000] },
  'coordinator replaced while it lives': { weight: 2, forMs: [1_000, 40_000] },
  'coordinator disk full': { weight: 2, forMs: [500, 15_000] },
  'coordinator clock set': { weight: 1, forMs: [0, 0] },
  // Its consumer has no leader; some workers fall silent meanwhile, and what they did is done again before it hears of it.
  'coordinator hears nothing': { weight: 3, forMs: [5_000, 90_000] },
  // Between a row and its event, and another one decides otherwise about that row.
  'coordinator lost at a row': { weight: 3, forMs: [8_000, 40_000], in: 'with a standby' },
  'standby killed': { weight: 3, forMs: [300, 20_000], in: 'with a standby' },
  'standby paused': { weight: 2, forMs: [1_000, 45_000], in: 'with a standby' },
  'standby disk full': { weight: 2, forMs: [500, 15_000], in: 'with a standby' },
  'both coordinators killed': { weight: 2, forMs: [300, 15_000], in: 'with a standby' },
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
  'partition of standby and NATS': { weight: 2, forMs: [500, 60_000], in: 'with a standby' },
  // Its consumer has no leader, or redelivers late.
  'standby hears nothing': { weight: 2, forMs: [1_000, 60_000], in: 'with a standby' },
  // It is replaced, and goes on with what it is sent until it has to decide.
  'coordinator cannot reach the key': { weight: 6, forMs: [12_000, 60_000], in: 'with a standby' },
  'NATS killed': { weight: 3, forMs: [300, 10_000] },
  'NATS away past its duplicate window': { weight: 0.4, forMs: [125_000, 240_000] },
  'NATS paused': { weight: 4, forMs: [1_000, 60_000] },
  'NATS disk full': { weight: 1, forMs: [1_000, 20_000] },
  // A table that never had a record cannot get it back then, neither from NATS nor from the worker, which has its receipt: a limit
  // that is documented, so worlds with a standby are spared it.
  'NATS forgets acknowledged records': { weight: 1, forMs: [0, 0], in: 'with one table' },
  'messages dropped, doubled, late': { weight: 3, forMs: [2_000, 60_000] },
  // Everybody at the same time, at the worst moment; machines come back one after the other.
  'site without power': { weight: 1.5, forMs: [10_000, 120_000], in: 'with one table' },
};

const FEWEST = 4;
const MOST = 24;
/** Faults begin within so long, ms. */
const SPAN = [40_000, 150_000] as const;

export function drawPlan(seed: number): readonly Fault[] {
  const random = createRandom(seed, 'faults');
  const span = random.between(...SPAN);
  const world = hasStandby(seed) ? 'with a standby' : 'with one table';
  const kinds = FAULT_KINDS.filter((kind) => (RECIPES[kind].in ?? world) === world);
  const faults = Array.from({ length: random.integer(FEWEST, MOST) }, () => drawFault(random, kinds, span));
  return faults.toSorted((a, b) => a.at - b.at);
}

function drawFault(random: Random, kinds: readonly FaultKind[], span: number): Fault {
  const kind = drawKind(random, kinds);
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

function drawKind(random: Random, kinds: readonly FaultKind[]): FaultKind {
  const total = kinds.reduce((sum, kind) => sum + RECIPES[kind].weight, 0);
  let left = random.next() * total;
  for (const kind of kinds) {
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
