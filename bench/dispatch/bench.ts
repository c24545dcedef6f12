import { parseArgs } from 'node:util';
import { describeMachine, printMachine } from '../machine.ts';
import { startBenchCluster } from './cluster.ts';
import { runSweep } from './run-sweep.ts';
import { idleStudy } from './study.ts';

export async function benchDispatch(args: readonly string[], print: (line: string) => void): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      cells: { type: 'string', default: '20000' },
      profile: { type: 'string' },
    },
  });
  print(printMachine(describeMachine()));
  await using cluster = await startBenchCluster({ profileFolder: values.profile });
  await cluster.startWorker('worker', { slots: 16, trialMs: 0 });
  print(JSON.stringify(await runSweep(cluster, idleStudy('warm-up', 500))));
  print(JSON.stringify(await runSweep(cluster, idleStudy('no-op', Number(values.cells)))));
}
