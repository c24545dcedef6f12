import type { Score, Verdict } from './early-stopping.ts';

/**
 * Asynchronous successive halving (ASHA: Li, Jamieson, Rostamizadeh, Gonina, Ben-tzur, Hardt, Recht & Talwalkar, "A system for
 * massively parallel hyperparameter tuning", MLSys 2020, algorithm 2), as a rule that stops: a trial that reaches a rung goes on
 * when it is among the best ⌊n/η⌋ of the n that have reached it so far, itself included; nobody is stopped while n < η.
 *
 * With several brackets this is asynchronous Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh & Talwalkar, JMLR 18, 2018): bracket
 * s of S + 1 has its first rung at grace · η^(S − s), and bracket sizes follow n_s = ⌈(S + 1)/(s + 1) · η^s⌉.
 */
export interface AshaOptions {
  readonly rule: 'asha';
  readonly metric: string;
  readonly goal: 'min' | 'max';
  /** Training epochs before the first rung. */
  readonly grace: number;
  /** η: one of η survives each rung, and a rung has η times the epochs of the one before. */
  readonly eta: number;
  readonly brackets: number;
}

/** Which bracket a configuration is in, 0 being the one that stops earliest: configurations are dealt out by the brackets' sizes. */
export function bracketOf({ brackets, eta }: Pick<AshaOptions, 'brackets' | 'eta'>, gridIndex: number): number {
  const last = brackets - 1;
  // s = last, …, 0: the most aggressive first.
  const sizes = Array.from({ length: brackets }, (_, i) => Math.ceil((brackets / (last - i + 1)) * eta ** (last - i)));
  let place = gridIndex % sizes.reduce((total, size) => total + size, 0);
  let bracket = 0;
  while (place >= (sizes[bracket] as number)) place -= sizes[bracket++] as number;
  return bracket;
}

/** Whether a configuration has a rung after this training epoch. */
export function isRung(options: AshaOptions, gridIndex: number, trainEpoch: number): boolean {
  let rung = options.grace * options.eta ** bracketOf(options, gridIndex);
  while (rung < trainEpoch) rung *= options.eta;
  return rung === trainEpoch;
}

export function ashaVerdict(
  options: AshaOptions,
  gridIndex: number,
  own: readonly Score[],
  others: ReadonlyMap<number, readonly Score[]>,
): Verdict {
  const mine = own.at(-1) as Score;
  const bracket = bracketOf(options, gridIndex);
  const values: number[] = [];
  for (const [index, scores] of others) {
    if (bracketOf(options, index) !== bracket) continue;
    const there = scores.find(({ trainEpoch }) => trainEpoch === mine.trainEpoch);
    if (there) values.push(there.value);
  }
  const n = values.length + 1;
  const survivors = Math.floor(n / options.eta);
  const better = values.filter((value) => (options.goal === 'min' ? value < mine.value : value > mine.value)).length;
  if (survivors === 0 || better < survivors) return { stop: false };
  const of = options.brackets > 1 ? ` of bracket ${bracket + 1}` : '';
  return {
    stop: true,
    reason: `rung at epoch ${mine.trainEpoch}${of}: ${options.metric} ${mine.value} is number ${better + 1} of ${n}, and the best ${survivors} go on`,
  };
}
