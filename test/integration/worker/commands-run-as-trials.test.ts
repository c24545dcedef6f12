import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../../core/command/command.ts';
import { systemClock } from '../../../runtime/clock.ts';
import type { CommandOutcome } from '../../../worker/command/outcome.ts';
import { runCommand } from '../../../worker/command/run-command.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(async () => folder[Symbol.asyncDispose]());

let runs = 0;

/** Runs a program of Node's; `tell` appends a line to the metrics file. */
function start(
  script: string,
  change: Partial<Command> & { readonly cell?: string; readonly arguments?: readonly string[] } = {},
) {
  const stop = new AbortController();
  const heard: unknown[] = [];
  let group = 0;
  const tell = `const tell = (line) => require('node:fs').appendFileSync(process.env.TICKWORK_METRICS_FILE, line + '\\n');`;
  const { cell = `sweep-1.${runs++}`, arguments: more = [], ...rest } = change;
  const outcome: Promise<CommandOutcome> = runCommand({
    spec: {
      command: {
        run: [process.execPath, '-e', (tell + script).replace(/[{}]/g, '$&$&'), '--', ...more],
        graceSeconds: 5,
        exitCodes: {},
        ...rest,
      },
      parameters: { lr: 0.5, name: 'a b; $(x)', sizes: [1, 2] },
      seed: 7,
    },
    checkpointFolder: folder.path,
    cell,
    attempt: `attempt-${runs}`,
    threads: 3,
    environment: { PATH: process.env['PATH'], LD_PRELOAD: '' },
    folder: folder.path,
    signal: stop.signal,
    clock: systemClock,
    onReport: (report) => heard.push(report),
    onProgress: () => undefined,
    onWarning: (warning) => heard.push(warning),
    onGroup: (id) => (group = id === 0 ? group : id),
  });
  return { outcome, stop, heard, groupId: () => group };
}

const result = `tell('{"result": {"testError": 1}}');`;

/** Processes that are alive in this group. */
async function membersOf(group: number): Promise<number> {
  const { readdir } = await import('node:fs/promises');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.filter((stat) => {
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(pgrp) === group && state !== 'Z';
  }).length;
}

describe('a command', () => {
  it('is given its parameters as arguments, as JSON and in its environment, and its curve and result come back', async () => {
    const { outcome, heard } = start(
      `const env = process.env, fs = require('node:fs');
       const p = JSON.parse(fs.readFileSync(env.TICKWORK_PARAMETERS_FILE, 'utf8'));
       const same = JSON.stringify(p) === env.TICKWORK_PARAMETERS && JSON.stringify(p) === process.argv[3];
       const good = same && p.seed === 7 && env.TICKWORK_SEED === '7' && p.lr === 0.5 && env.TICKWORK_PARAMETER_lr === '0.5'
         && process.argv[1] === '--lr=0.5' && process.argv[2] === 'a b; $(x)' && process.argv[4] === '[1,2]'
         && env.OMP_NUM_THREADS === '3' && fs.statSync(env.TICKWORK_CHECKPOINT_DIR).isDirectory();
       tell('{"trainEpoch": 1, "trainEpochs": 2, "metrics": {"loss": 3, "other": NaN}}');
       tell('not JSON');
       tell('{"trainEpoch": 1, "metrics": {"loss": 4}}');
       fs.appendFileSync(env.TICKWORK_METRICS_FILE, JSON.stringify({ result: { good: Number(good) } }));`,
      { arguments: ['--lr={lr}', '{name}', '{parameters}', '{sizes}'] },
    );
    expect(await outcome).toMatchObject({ status: 'succeeded', metrics: { good: 1 } });
    expect(heard[0]).toEqual({ trainEpoch: 1, metrics: { loss: 3 } });
    expect(heard.slice(1).map(String)).toEqual([
      expect.stringContaining('Expected a line such as'),
      expect.stringContaining('Expected train epochs to rise, got 1 after 1'),
    ]);
  });

  it('without a result has the last point of its curve, and without that is a failure of the user', async () => {
    const curve = start(
      `tell('{"trainEpoch": 1, "metrics": {"loss": 3}}'); tell('{"trainEpoch": 2, "metrics": {"loss": 2}}');`,
    );
    expect(await curve.outcome).toMatchObject({ status: 'succeeded', metrics: { loss: 2 } });
    expect(await start('').outcome).toMatchObject({
      kind: 'user_error',
      message: expect.stringMatching(/Expected a line .*It printed nothing/s),
    });
  });

  it.each([
    ['throw new Error("no such layer")', {}, 'user_error', /exit code 1.*It printed last:.*no such layer/s],
    ['process.exit(3)', { exitCodes: { 3: 'diverged' } as const }, 'diverged', /exit code 3/],
    ['process.exit(82)', {}, 'out_of_memory', /exit code 82/],
    ['console.log("MemoryError"); process.exitCode = 1', {}, 'out_of_memory', /MemoryError/],
    ['process.kill(process.pid, "SIGKILL")', {}, 'out_of_memory', /signal SIGKILL/],
    ['process.kill(process.pid, "SIGTERM")', {}, 'preempted', /signal SIGTERM/],
    ['', { run: ['/nowhere/at-all'] }, 'infrastructure', /Expected to start \/nowhere\/at-all .*ENOENT/],
  ] as const)('%s %j ends as %s', async (script, change, kind, message) => {
    expect(await start(script, change).outcome).toMatchObject({
      status: 'failed',
      kind,
      message: expect.stringMatching(message),
    });
  });

  it('keeps the end of what it printed, short enough for the log', async () => {
    const { outcome } = start(`for (let i = 0; i < 5000; i++) console.log('line ' + i); process.exitCode = 1;`);
    const ended = await outcome;
    if (ended.status !== 'failed') throw new Error('Expected a failure.');
    expect(ended.message).toMatch(/line 4999$/);
    expect(ended.message.length).toBeLessThan(2_000);
  });

  it('finds its checkpoint directory as the attempt before has left it', async () => {
    const script = `const file = process.env.TICKWORK_CHECKPOINT_DIR + '/epoch';
      if (require('node:fs').existsSync(file)) { ${result} } else { require('node:fs').writeFileSync(file, '1'); process.exit(75); }`;
    const cell = 'sweep-1.kept';
    expect(await start(script, { cell }).outcome).toMatchObject({ status: 'failed', kind: 'infrastructure' });
    expect(await start(script, { cell }).outcome).toMatchObject({ provenance: { command: { resumed: true } } });
  });

  it('that is stopped gets SIGTERM first and may end in order, with all that it has started', async () => {
    const ready = join(folder.path, 'ready');
    const saved = join(folder.path, 'saved');
    const { outcome, stop, groupId } = start(
      `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
       process.on('SIGTERM', () => { require('node:fs').writeFileSync(${JSON.stringify(saved)}, ''); process.exit(0); });
       setInterval(() => 0, 1000); require('node:fs').writeFileSync(${JSON.stringify(ready)}, '');`,
    );
    await eventually('the program', async () => readFile(ready).catch(() => undefined));
    stop.abort('enough');
    expect(await outcome).toEqual({ status: 'failed', kind: 'cancelled', message: 'enough' });
    await readFile(saved);
    await eventually('the end of the group', async () => ((await membersOf(groupId())) === 0 ? true : undefined));
  });

  it('that is deaf is killed with its whole group, after its grace', async () => {
    const ready = join(folder.path, 'deaf');
    const child = `process.on("SIGTERM", () => 0); setInterval(() => 0, 1000)`;
    const { outcome, stop, groupId } = start(
      `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}]);
       process.on('SIGTERM', () => 0); setInterval(() => 0, 1000); require('node:fs').writeFileSync(${JSON.stringify(ready)}, '');`,
      { graceSeconds: 0.3 },
    );
    await eventually('the program', async () => readFile(ready).catch(() => undefined));
    stop.abort('enough');
    expect(await outcome).toMatchObject({ kind: 'cancelled' });
    await eventually('the end of the group', async () => ((await membersOf(groupId())) === 0 ? true : undefined));
  });

  it('that runs for longer than it may has timed out', async () => {
    const { outcome } = start(`console.log('still here'); setInterval(() => 0, 1000)`, { timeLimitSeconds: 0.5 });
    expect(await outcome).toMatchObject({ kind: 'timed_out', message: expect.stringMatching(/longer than its 0.5 s/) });
  });

  it('cannot be told to write into the files of the worker by the name of its cell', async () => {
    await mkdir(join(folder.path, 'trials'), { recursive: true });
    await writeFile(join(folder.path, 'trials', 'taken'), '');
    expect(await start(result, { cell: 'taken' }).outcome).toMatchObject({ status: 'failed', kind: 'infrastructure' });
  });
});
