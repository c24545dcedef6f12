import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';

/** What a figure depends on beside the program; printed above every benchmark. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  /** Of the last minute: other processes make every figure worse. */
  readonly load: number;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}

export function printMachine({ processor, cores, memoryGiB, node, load }: Machine): string {
  return `${processor}, ${cores} cores, ${memoryGiB} GiB, load ${load}, Node ${node}`;
}
