import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandSpec, Handover } from '../../core/command/command.ts';
import { argumentText, fillWord } from '../../core/command/template.ts';
import { trialFolder, weightsFolder } from '../training/checkpoints/folders.ts';
import { findOutputs, prepareOutput } from './outputs.ts';

/** What one attempt of a command finds when it starts. */
export interface Surroundings {
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly metricsFile: string;
  /** An earlier attempt has left something in the checkpoint directory. */
  readonly resumed: boolean;
}

export interface SurroundingsOptions {
  readonly spec: CommandSpec;
  readonly checkpointFolder: string;
  /** Names sweep and cell, as a file name may. */
  readonly cell: string;
  /** Names the attempt, as a file name may. */
  readonly attempt: string;
  readonly threads: number;
  /** Of the process that starts it. */
  readonly environment: NodeJS.ProcessEnv;
}

const WEIGHTS_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Makes the folder of the trial and fills in the command. */
export async function prepareSurroundings(options: SurroundingsOptions): Promise<Surroundings> {
  const { spec, checkpointFolder, cell, attempt, threads } = options;
  const folder = join(trialFolder(checkpointFolder, cell), 'command');
  const checkpointDir = join(folder, 'checkpoint');
  await mkdir(checkpointDir, { recursive: true });
  const resumed = (await readdir(checkpointDir)).length > 0;
  const parametersFile = join(folder, `parameters-${attempt}.json`);
  const metricsFile = join(folder, `metrics-${attempt}.jsonl`);
  const parameters = JSON.stringify({ ...spec.parameters, seed: spec.seed });
  await writeFile(parametersFile, `${parameters}\n`);

  // As the training does: weights that are kept under a name, for trials of the same seed to begin with.
  const { saveWeightsAs, initialWeights } = spec.parameters;
  const named = (name: unknown): string | undefined =>
    typeof name === 'string' && WEIGHTS_NAME.test(name) ? weightsFolder(checkpointFolder, name, spec.seed) : undefined;
  const [saveDir, initialDir] = [named(saveWeightsAs), named(initialWeights)];
  if (saveDir !== undefined) await mkdir(saveDir, { recursive: true });

  const handed = spec.handover === undefined ? {} : await prepareHandover(options, spec.handover, folder);

  const values = Object.entries(spec.parameters).map(([name, value]) => [name, argumentText(value)] as const);
  const places = { seed: String(spec.seed), parameters, parametersFile, checkpointDir, metricsFile };
  const all = { ...Object.fromEntries(values), ...places };
  const { NODE_CHANNEL_FD: _, NODE_CHANNEL_SERIALIZATION_MODE: __, ...inherited } = options.environment;
  return {
    words: spec.command.run.map((word) => fillWord(word, all)),
    environment: {
      // Else the last lines of a Python that is killed are lost, and one of several slots takes all cores.
      PYTHONUNBUFFERED: '1',
      OMP_NUM_THREADS: String(threads),
      ...inherited,
      // Each name begins with a prefix of ours: a study cannot set LD_PRELOAD or PATH.
      ...Object.fromEntries(values.map(([name, text]) => [`TICKWORK_PARAMETER_${name.replaceAll('-', '_')}`, text])),
      TICKWORK_PARAMETERS: parameters,
      TICKWORK_PARAMETERS_FILE: parametersFile,
      TICKWORK_METRICS_FILE: metricsFile,
      TICKWORK_CHECKPOINT_DIR: checkpointDir,
      TICKWORK_SEED: String(spec.seed),
      ...(saveDir === undefined ? {} : { TICKWORK_SAVE_DIR: saveDir }),
      ...(initialDir === undefined ? {} : { TICKWORK_INITIAL_DIR: initialDir }),
      ...handed,
      TICKWORK_CELL: cell,
    },
    metricsFile,
    resumed,
  };
}

/** Where the program finds what others have left, and leaves its own. */
async function prepareHandover(
  { checkpointFolder, cell, attempt }: SurroundingsOptions,
  handover: Handover,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const outputs = await findOutputs(checkpointFolder, cell, handover);
  const upstreamsFile = join(folder, `upstreams-${attempt}.json`);
  await writeFile(upstreamsFile, `${JSON.stringify(outputs)}\n`);
  const [only] = outputs;
  return {
    TICKWORK_OUTPUT_DIR: await prepareOutput(checkpointFolder, { cell, attempt: handover.attempt }),
    TICKWORK_UPSTREAMS_FILE: upstreamsFile,
    ...(only !== undefined && outputs.length === 1 ? { TICKWORK_UPSTREAM_DIR: only.outputDir } : {}),
  };
}
