import { createRandom, type Random } from '../../simulation/random.ts';

/** What may go wrong. `forMs` of the plan is how long it lasts, or how long the dead stay dead. */
export const FAULT_KINDS = [
  'coordinator killed',
  'coordinator ended',
  'coordinator paused',
  'coordinator disk full',
  'standby killed',
  'standby paused',
  'worker killed',
  'worker killed in a write',
  'worker ended',
  'worker paused',
  'worker disk full',
  'NATS killed',
  'NATS paused',
  'all of NATS killed',
  'NATS away past its duplicate window',
  'NATS forgets acknowledged records',
  'connections reset',
  'partition of worker and coordinator',
  'partition of worker and NATS',
  'partition of coordinator and NATS',
  'slow network',
] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** One thing that goes wrong, as data. */
export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds from the submission of the sweep. */
  readonly at: number;
  readonly forMs: number;
  /** Index of the process of its kind; taken modulo their number. */
  readonly target: number;
  /** Uniform in [0, 1): whatever else the kind has to choose. */
  readonly dice: number;
}

interface Recipe {
  /** How often, against the others. */
  readonly weight: number;
  readonly forMs: readonly [low: number, high: number];
}

const RECIPES: Readonly<Record<FaultKind, Recipe>> = {
  'coordinator killed': { weight: 10, forMs: [0, 2_000] },
  'coordinator ended': { weight: 3, forMs: [0, 1_000] },
  'coordinator paused': { weight: 5, forMs: [1_000, 12_000] },
  'coordinator disk full': { weight: 3, forMs: [500, 4_000] },
  'standby killed': { weight: 2, forMs: [0, 4_000] },
  'standby paused': { weight: 2, forMs: [1_000, 12_000] },
  'worker killed': { weight: 14, forMs: [0, 5_000] },
  'worker killed in a write': { weight: 5, forMs: [0, 2_000] },
  'worker ended': { weight: 4, forMs: [0, 2_000] },
  'worker paused': { weight: 7, forMs: [1_000, 12_000] },
  'worker disk full': { weight: 4, forMs: [1_000, 8_000] },
  'NATS killed': { weight: 10, forMs: [0, 3_000] },
  'NATS paused': { weight: 6, forMs: [1_000, 12_000] },
  'all of NATS killed': { weight: 2, forMs: [0, 3_000] },
  // As long as the window and a tenth more; see inject.ts.
  'NATS away past its duplicate window': { weight: 0.5, forMs: [0, 3_000] },
  'NATS forgets acknowledged records': { weight: 0.5, forMs: [0, 0] },
  'connections reset': { weight: 6, forMs: [0, 0] },
  'partition of worker and coordinator': { weight: 8, forMs: [1_000, 12_000] },
  'partition of worker and NATS': { weight: 5, forMs: [1_000, 12_000] },
  'partition of coordinator and NATS': { weight: 4, forMs: [1_000, 12_000] },
  'slow network': { weight: 5, forMs: [3_000, 12_000] },
};

/** Of the time there is for faults: the sweep begins before the first and has to be ready after the last. */
const FIRST_SHARE = 0.05;
const LAST_SHARE = 0.95;

/**
 * Every kind once, as far as there is room, and then by weight.
 * @param span time for faults, ms.
 */
export function drawPlan(seed: number, span: number, perMinute: number): readonly Fault[] {
  const random = createRandom(seed, 'chaos');
  const count = Math.max(4, Math.round((span / 60_000) * perMinute));
  const once = shuffled(FAULT_KINDS, random).slice(0, count);
  const more = Array.from({ length: count - once.length }, () => drawKind(random));
  const kinds = shuffled([...once, ...more], random);
  const step = (span * (LAST_SHARE - FIRST_SHARE)) / count;
  return kinds.map((kind, i) => {
    const [low, high] = RECIPES[kind].forMs;
    return {
      kind,
      at: Math.round(span * FIRST_SHARE + step * (i + random.next())),
      // Short ones more often than long ones.
      forMs: Math.round(low + (high - low) * random.next() ** 2),
      target: random.integer(0, 11),
      dice: random.next(),
    };
  });
}

/** What a fault is where only one coordinator is. */
export function withoutStandby(kind: FaultKind): FaultKind {
  if (kind === 'standby killed') return 'coordinator killed';
  return kind === 'standby paused' ? 'coordinator paused' : kind;
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
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
