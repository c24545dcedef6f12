import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ScriptedServer, startCommand, startScriptedServer } from '../../support/cli-run.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { finishCell, runCell, type ScriptedSweep, type ScriptedWorld, vggSweep } from '../../support/vgg-demo-world.ts';

const CREATED = new Date('2026-11-23T20:00:00Z');

function freshWorld(): { readonly world: ScriptedWorld; readonly scripted: ScriptedSweep } {
  const scripted = vggSweep('vgg-demo-1', CREATED);
  return { world: { sweeps: [scripted], workers: [] }, scripted };
}

function finishAll(scripted: ScriptedSweep, server: ScriptedServer): void {
  for (const { cell } of scripted.trials) finishCell(scripted, Number(cell));
  Object.assign(scripted.sweep, {
    state: 'SWEEP_STATE_COMPLETED',
    finishTime: { seconds: CREATED.getTime() / 1000 + 134, nanos: 0 },
  });
  server.api.changed(scripted);
}

const watching = (server: ScriptedServer) =>
  eventually('a watch', () => (server.api.openStreams > 0 ? true : undefined));

test('watch tells starts and the end; exit code 0', async () => {
  const { world, scripted } = freshWorld();
  await using server = await startScriptedServer(0, world);
  const run = startCommand(['--coordinator', server.address, 'watch', 'vgg-demo-1']);
  await watching(server);
  runCell(scripted, 3, 'gpu-a', 1, 0.5);
  server.api.changed(scripted);
  await eventually('the start', () => (run.out().includes('C S=32 seed 1: started on gpu-a') ? true : undefined));
  finishAll(scripted, server);
  const ended = await run.ended;
  expect(ended).toMatchObject({ code: 0, err: '' });
  expect(ended.out).toContain('C S=32 seed 1: epoch 1/3');
  expect(ended.out).toMatch(/vgg-demo-1 completed: 14 of 14 trials succeeded in 2 min 14 s\n$/);
});

test('watch --json prints one object a line; a cancelled sweep has exit code 1', async () => {
  const { world, scripted } = freshWorld();
  await using server = await startScriptedServer(0, world);
  const run = startCommand(['--coordinator', server.address, 'watch', 'sweeps/vgg-demo-1', '--json']);
  await watching(server);
  Object.assign(scripted.sweep, { state: 'SWEEP_STATE_CANCELLED' });
  server.api.changed(scripted);
  const ended = await run.ended;
  expect(ended.code).toBe(1);
  const views = ended.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { sweep: { state: string } });
  expect(views.at(-1)?.sweep.state).toBe('SWEEP_STATE_CANCELLED');
});

test('a coordinator that restarts on its port is found again, and what was missed is told', async () => {
  const { world, scripted } = freshWorld();
  const first = await startScriptedServer(0, world);
  const run = startCommand(['--coordinator', first.address, 'watch', 'vgg-demo-1']);
  await watching(first);
  await first.close();
  await eventually('the outage to be told', () =>
    run.out().includes(`Lost the coordinator at ${first.address}`) ? true : undefined,
  );
  finishCell(scripted, 0);
  await using second = await startScriptedServer(Number(first.address.split(':')[1]), world);
  await eventually('what was missed', () =>
    /\[ 1\/14\] A S=32 seed 1: test error/.test(run.out()) ? true : undefined,
  );
  finishAll(scripted, second);
  expect((await run.ended).code).toBe(0);
});

test('submit --wait prints the table at the end; failed trials make exit code 1', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'study.yaml');
  await writeFile(file, 'study: x\n');
  await using server = await startScriptedServer(0, { sweeps: [], workers: [] });
  const run = startCommand(['--coordinator', server.address, 'submit', file, '--wait', '--json']);
  await watching(server);
  const scripted = server.world.sweeps[0] as ScriptedSweep;
  for (const { cell } of scripted.trials) finishCell(scripted, Number(cell));
  Object.assign(scripted.trials[2] as object, { state: 'TRIAL_STATE_FAILED', failureKind: 'FAILURE_KIND_DIVERGED' });
  Object.assign(scripted.sweep, { state: 'SWEEP_STATE_COMPLETED' });
  server.api.changed(scripted);
  const ended = await run.ended;
  expect(ended.code).toBe(1);
  expect(JSON.parse(ended.out)).toMatchObject({ sweep: { name: 'sweeps/vgg-demo-new' }, table: { complete: false } });
});

test('Ctrl-C ends a watch with exit code 130 and leaves no stream open', async () => {
  const { world } = freshWorld();
  await using server = await startScriptedServer(0, world);
  const run = startCommand(['--coordinator', server.address, 'watch', 'vgg-demo-1']);
  await watching(server);
  run.interrupt();
  expect((await run.ended).code).toBe(130);
  await eventually('the stream to close', () => (server.api.openStreams === 0 ? true : undefined));
});
