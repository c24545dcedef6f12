import type { CaughtBug } from '../check/catch-bugs.ts';
import { FLAW_NAMES, NO_FLAWS, withFlaw } from '../check/planted-bugs.ts';
import { describeFault, drawPlan } from '../faults/plan.ts';
import { shrinkPlan } from '../faults/shrink.ts';
import { createSimulator, type Simulator } from '../run-seed.ts';
import type { SeedSummary } from '../summary.ts';
import { closingTable, totalsOf } from './closing-table.ts';
import type { SimulateOptions } from './options.ts';
import { doTasks } from './pool.ts';
import type { Task } from './tasks.ts';

/** Seeds of one task. */
const SHARE = 25;
/** Failing seeds whose plans are shortened and printed. */
const SHOWN = 5;

/** @returns whether every promise held and every planted bug was caught. */
export async function simulate(options: SimulateOptions, print: (line: string) => void): Promise<boolean> {
  const { firstSeed, seeds, json, planted, twice, follow, jobs } = options;
  const say = (line: string): void => (json ? undefined : print(line));
  const simulator = createSimulator();
  if (follow) await simulator.run(firstSeed, { flaws: flawsOf(options), tell: say });

  const tasks: Task[] = options.plantedBugs ? FLAW_NAMES.map((name) => ({ kind: 'bug', name })) : [];
  for (let first = firstSeed; first < firstSeed + seeds; first += SHARE) {
    const count = Math.min(SHARE, firstSeed + seeds - first);
    tasks.push({ kind: 'seeds', first, count, twice, ...(planted ? { planted } : {}) });
  }
  const summaries: SeedSummary[] = [];
  const bugs: CaughtBug[] = [];
  await doTasks(tasks, jobs, (done) => {
    if (done.kind === 'bug') bugs.push(done.caught);
    else summaries.push(...done.summaries);
  });

  const failed = summaries.filter(({ violations }) => violations.length > 0).sort((a, b) => a.seed - b.seed);
  for (const summary of failed.slice(0, SHOWN)) await explain(simulator, summary, options, say);
  if (failed.length > SHOWN)
    say(
      `... and seeds ${failed
        .slice(SHOWN)
        .map(({ seed }) => seed)
        .join(', ')}\n`,
    );

  for (const { name, by } of bugs.sort((a, b) => FLAW_NAMES.indexOf(a.name) - FLAW_NAMES.indexOf(b.name)))
    say(`planted ${name.padEnd(22)} ${by ? `caught by seed ${by.seed}: ${by.promise}` : 'NOT CAUGHT'}`);
  if (bugs.length > 0) say('');
  const totals = totalsOf(summaries);
  for (const line of closingTable(totals, bugs)) say(line);
  const caught = bugs.filter(({ by }) => by).length;
  print(
    JSON.stringify({
      seeds: totals.seeds,
      violations: totals.violations,
      plantedBugs: { planted: bugs.length, caught },
    }),
  );
  return totals.violations === 0 && caught === bugs.length;
}

const flawsOf = ({ planted }: SimulateOptions) => (planted ? withFlaw(planted) : NO_FLAWS);

/** A failing seed: what broke, the faults that it takes, and how to see it again. */
async function explain(
  simulator: Simulator,
  { seed, violations }: SeedSummary,
  options: SimulateOptions,
  say: (line: string) => void,
): Promise<void> {
  const flaws = flawsOf(options);
  const plan = drawPlan(seed);
  const promises = new Set(violations.map(({ promise }) => promise));
  const shortest = await shrinkPlan(plan, async (shorter) => {
    const { checker } = await simulator.run(seed, { flaws, plan: shorter });
    return checker.violations.all.some(({ promise }) => promises.has(promise));
  });
  say(`seed ${seed} breaks ${violations.length} promise(s):`);
  for (const { promise, message, at } of violations)
    say(`  ${(at / 1000).toFixed(3).padStart(9)} s  ${promise}: ${message}`);
  say(`its faults, ${plan.length} drawn; those marked * are enough:`);
  for (const fault of plan) say(`${shortest.includes(fault) ? '*' : ' '} ${describeFault(fault)}`);
  say(`again: npm run simulate -- --seed ${seed}${options.planted ? ` --planted ${options.planted}` : ''} --follow\n`);
}
