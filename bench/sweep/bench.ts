import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { findFashionMnist } from '../../cli/provision/fashion-mnist.ts';
import { networkEnds } from '../../core/catalogue/classes.ts';
import { describeNetwork } from '../../core/catalogue/networks.ts';
import { createGrid, gridIndexOf, seedOf } from '../../core/grid/grid.ts';
import { trialParameters } from '../../core/study/check-levels.ts';
import { loadStudy } from '../../core/study/load-study.ts';
import { askRival, type RivalFigure } from '../dispatch/rivals.ts';
import { describeMachine, printMachine } from '../machine.ts';
import { singleScaleStudy } from './study.ts';

const DEMO = fileURLToPath(new URL('../../../studies/demo.yaml', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
const WORKERS = 2;
const LIMIT_MS = 15 * 60_000;
const GOALS = { timesRay: 0.5, slotUse: 0.95 };

interface Ours {
  readonly makespanS: number;
  readonly slotUse: number;
}

/**
 * A whole job: the demo's twelve single-scale trials for one train epoch on two workers with a thread each, beside Ray Tune with
 * PyTorch doing the same twelve, as it is by default and with its actors used again. Each cluster stands when its clock starts. The
 * last line printed is one JSON object.
 */
export async function benchSweep(args: readonly string[], print: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean', default: false }, executor: { type: 'string', default: 'auto' } },
  });
  const say = values.json ? () => {} : print;
  const machine = describeMachine();
  say(printMachine(machine));
  if (machine.load > 0.5) say(`The load is ${machine.load}: other processes make every figure below worse.`);
  const studyYaml = singleScaleStudy(DEMO);
  const ours = await runOurs(studyYaml, values.executor);
  say(`Tickwork, ${values.executor}: ${ours.makespanS} s; ${percent(ours.slotUse)} of slot time inside trials`);
  const byDefault = await runRival(studyYaml, false);
  sayRival('by default', byDefault, ours, say);
  const reusing = await runRival(studyYaml, true);
  sayRival('with reuse_actors', reusing, ours, say);
  const why = 'why' in byDefault ? { why: { rayMakespanS: byDefault.why, raySlotUse: byDefault.why } } : {};
  print(
    JSON.stringify({
      machine,
      goals: GOALS,
      details: { executor: values.executor, byDefault, reusing },
      makespanS: ours.makespanS,
      rayMakespanS: byDefault.value,
      rayReusingMakespanS: reusing.value,
      slotUse: ours.slotUse,
      raySlotUse: slotUseOf(byDefault),
      ...why,
    }),
  );
}

function sayRival(how: string, rival: RivalFigure, ours: Ours, say: (line: string) => void): void {
  if (rival.value === null) return say(`Ray Tune ${how}: ${rival.why}`);
  say(
    `Ray Tune with PyTorch ${how}: ${rival.value} s; ${percent(slotUseOf(rival) ?? Number.NaN)} of slot time inside trials;`,
  );
  say(`  Ray ${rival.version}, PyTorch ${String(rival.details['torch'])};`);
  say(
    `  Tickwork took ${(ours.makespanS / rival.value).toFixed(2)} of its makespan; goal ${GOALS.timesRay} of the default`,
  );
}

const slotUseOf = (rival: RivalFigure): number | null =>
  rival.value === null ? null : Number(rival.details['slotUse']);

/** By the command that everybody has: `tickwork demo`. */
async function runOurs(studyYaml: string, executor: string): Promise<Ours> {
  const folder = await mkdtemp(join(tmpdir(), 'tickwork-bench-'));
  try {
    const file = join(folder, 'study.yaml');
    await writeFile(file, studyYaml);
    const words = [
      PROGRAM,
      'demo',
      '--study',
      file,
      '--workers',
      String(WORKERS),
      '--threads',
      '1',
      '--executor',
      executor,
      '--json',
    ];
    const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: LIMIT_MS, maxBuffer: 2 ** 28 });
    const told = JSON.parse(stdout) as { readonly makespanSeconds: number; readonly shareInsideTrials: number };
    return { makespanS: round(told.makespanSeconds), slotUse: round(told.shareInsideTrials) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runRival(studyYaml: string, reuseActors: boolean): Promise<RivalFigure> {
  const python = process.env['TICKWORK_PYTHON'];
  if (python === undefined)
    return { value: null, why: 'no Python was named: set TICKWORK_PYTHON to one that has Ray Tune and PyTorch' };
  const { platform, arch, env } = process;
  const machine = { platform, arch, uid: process.getuid?.() ?? -1, env };
  const root = await findFashionMnist({ machine, say: () => {}, signal: new AbortController().signal });
  const study = loadStudy(studyYaml);
  const grid = createGrid(study);
  const trials = Array.from({ length: grid.cellBound }, (_, cell) => cell)
    .filter((cell) => grid.allows(gridIndexOf(grid, cell)))
    .map((cell) => {
      const p = trialParameters(grid, gridIndexOf(grid, cell));
      const description = describeNetwork(p.network, p.config, { ...networkEnds(p), dropout: p.dropout });
      return { description, seed: seedOf(grid, cell), ...p };
    });
  const request = JSON.stringify({ trials, folder: join(root, 'fashion-mnist'), workers: WORKERS, reuseActors });
  return askRival(python, new URL('../../../bench/sweep/rivals/ray_vgg.py', import.meta.url), [request]);
}

const round = (value: number): number => Math.round(value * 1_000) / 1_000;
const percent = (share: number): string => `${Math.round(1_000 * share) / 10} %`;
