import { join } from 'node:path';
import { Option } from 'commander';
import type { ExecutorWish } from '../../../engine/probe/mod.ts';
import { type GlobalOptions, note, printJson, printLines } from '../../context.ts';
import { cacheFolder } from '../../provision/cache-folder.ts';
import { renderProbes } from '../../render/engine/probes.ts';
import type { AddCommand } from '../command.ts';
import { examples, wholeNumber } from '../options.ts';
import { DEVICE_WISHES, PRECISIONS } from './executor-options.ts';

interface ProbeCommandOptions extends GlobalOptions, Pick<ExecutorWish, 'device' | 'precision' | 'threads'> {
  readonly timeout?: number;
  readonly cached?: boolean;
}

export const addEngineProbe: AddCommand = (engine, cli) => {
  engine
    .command('probe')
    .description('try every executor in a process of its own: does it work, how fast is it, and if not, why')
    .option('--threads <N>', 'CPU threads', wholeNumber(1, 1024), 1)
    .addOption(
      new Option('--device <KIND>', 'where; auto: the CPU, and a GPU where one is visible')
        .choices(DEVICE_WISHES)
        .default('auto'),
    )
    .addOption(new Option('--precision <NAME>', 'of products').choices(PRECISIONS).default('float32'))
    .option('--timeout <S>', 'seconds for each (default: 180 on a CPU, 2700 on a GPU)', wholeNumber(1, 86_400))
    .option('--cached', 'show stored reports where there are some')
    .addHelpText('after', examples('tickwork engine probe', 'tickwork engine probe --device cuda --precision tf32'))
    .action(async (_, self) => {
      const { threads, device, precision, timeout, cached, json } = self.optsWithGlobals() as ProbeCommandOptions;
      const { EXECUTOR_NAMES, places, PROBE_TIME_LIMIT_MS, probeCandidate, visibleGpus } = await import(
        '../../../engine/probe/mod.ts'
      );
      const gpus = await visibleGpus(cli.env, cli.signal);
      const reports = [];
      for (const place of places(EXECUTOR_NAMES, device)) {
        if (device === 'auto' && place.device !== 'cpu' && (gpus.length === 0 || place.device === 'webgpu')) continue;
        const limit = place.device === 'cpu' ? PROBE_TIME_LIMIT_MS.cpu : PROBE_TIME_LIMIT_MS.gpu;
        reports.push(
          await probeCandidate(
            { ...place, precision, threads, deterministic: false },
            {
              cacheFolder: join(cacheFolder(cli.machine), 'engine'),
              env: cli.env,
              now: () => cli.clock.now(),
              gpus,
              timeLimit: timeout === undefined ? limit : timeout * 1000,
              failuresMaxAgeMs: 0,
              fresh: cached !== true,
              signal: cli.signal,
              onStart: ({ executor, device: where }) => note(cli, `Trying ${executor} on ${where} …`),
            },
          ),
        );
      }
      if (json) printJson(cli, reports);
      else printLines(cli, renderProbes(reports));
    });
};
