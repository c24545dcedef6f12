import { runCommand } from '../native/command.ts';

export interface Gpu {
  /** As the driver names it: `NVIDIA H100 80GB HBM3`. */
  readonly name: string;
  /** `9.0` */
  readonly computeCapability: string;
}

/** Asks the driver for the GPU that the process would see. @returns `undefined` where nvidia-smi is not there or fails. */
export async function visibleGpu(env: NodeJS.ProcessEnv): Promise<Gpu | undefined> {
  const query = ['--query-gpu=name,compute_cap', '--format=csv,noheader', `--id=${env['CUDA_VISIBLE_DEVICES'] ?? '0'}`];
  const { exitCode, stdout } = await runCommand(['nvidia-smi', ...query], { env, timeLimit: 30_000 });
  const [, name, computeCapability] = /^(.+), (\d+\.\d+)$/m.exec(stdout) ?? [];
  return exitCode === 0 && name !== undefined && computeCapability !== undefined
    ? { name, computeCapability }
    : undefined;
}
