import { runCommand } from '../native/command.ts';

/** A GPU that this process may use. */
export interface Gpu {
  /** What `CUDA_VISIBLE_DEVICES` calls it. */
  readonly id: string;
  /** As the driver names it: `NVIDIA H100 80GB HBM3`. */
  readonly name: string;
  readonly memoryBytes: number;
  readonly driver: string;
}

/**
 * The NVIDIA GPUs that `CUDA_VISIBLE_DEVICES` leaves, in its order, else in that of the bus. Asks the driver; empty
 * where nvidia-smi is not there, fails, or knows none.
 */
export async function visibleGpus(env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<readonly Gpu[]> {
  const query = ['--query-gpu=index,uuid,name,memory.total,driver_version', '--format=csv,noheader,nounits'];
  const { exitCode, stdout } = await runCommand(['nvidia-smi', ...query], {
    env,
    timeLimit: 60_000,
    ...(signal === undefined ? {} : { signal }),
  });
  return exitCode === 0 ? chooseVisible(parseGpus(stdout), env['CUDA_VISIBLE_DEVICES']) : [];
}

/** A GPU and the names that the variable may give it. */
interface ListedGpu extends Gpu {
  readonly index: string;
}

function parseGpus(csv: string): readonly ListedGpu[] {
  return csv.split('\n').flatMap((line): readonly ListedGpu[] => {
    const [index, id, name, mebibytes, driver] = line.split(',').map((field) => field.trim());
    if (index === undefined || !id?.startsWith('GPU-') || name === undefined || driver === undefined) return [];
    return [{ index, id, name, memoryBytes: Number(mebibytes) * 2 ** 20 || 0, driver }];
  });
}

/** CUDA stops at the first entry that names no GPU; so does this. */
function chooseVisible(gpus: readonly ListedGpu[], variable: string | undefined): readonly Gpu[] {
  const plain = ({ id, name, memoryBytes, driver }: ListedGpu): Gpu => ({ id, name, memoryBytes, driver });
  if (variable === undefined) return gpus.map(plain);
  const chosen: Gpu[] = [];
  for (const entry of variable.split(',').map((text) => text.trim())) {
    const gpu = gpus.find(({ index, id }) => entry === index || (entry.startsWith('GPU-') && id.startsWith(entry)));
    if (gpu === undefined) break;
    chosen.push(plain(gpu));
  }
  return chosen;
}
