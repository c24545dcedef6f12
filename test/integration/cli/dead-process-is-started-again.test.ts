import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Supervised, supervise } from '../../../cli/local/supervise.ts';
import { tickworkSpec } from '../../../cli/local/tickwork-spec.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const READY = `process.send({ type: 'ready', addresses: { grpc: '127.0.0.1:1' } });`;
const STAY = 'setInterval(() => {}, 1000);';

interface Started {
  readonly said: string[];
  readonly supervised: Promise<Supervised<unknown>>;
}

async function start(folder: string, script: string, signal = new AbortController().signal): Promise<Started> {
  const programFile = join(folder, 'program.mjs');
  await writeFile(programFile, script);
  const said: string[] = [];
  const supervised = supervise({
    spec: () => tickworkSpec({ name: 'thing', programFile, args: [], logFile: join(folder, 'log'), env: process.env }),
    readyWithinMs: 10_000,
    stopGraceMs: 300,
    clock: systemClock,
    random: () => 0,
    signal,
    say: (line) => said.push(line),
  });
  return { said, supervised };
}

const gone = (pid: number) =>
  eventually('the process to be gone', () => (existsSync(`/proc/${pid}`) ? undefined : true));

test('kill -9 is answered with a new process; stop ends it for good', async () => {
  await using folder = await temporaryFolder();
  const { said, supervised } = await start(folder.path, READY + STAY);
  const thing = await supervised;
  expect(thing.ready).toEqual({ grpc: '127.0.0.1:1' });
  const first = thing.pid;
  process.kill(first, 'SIGKILL');
  await eventually('its return', () => (said.some((line) => line.startsWith('thing is back')) ? true : undefined));
  expect(said[0]).toBe('thing died (SIGKILL); starting it again.');
  expect(thing.pid).not.toBe(first);
  await thing.stop();
  await thing.stop();
  await gone(thing.pid);
  expect(said).toHaveLength(2);
});

test('a process that ignores SIGTERM, and what it started, are killed after the grace', async () => {
  await using folder = await temporaryFolder();
  const note = join(folder.path, 'grandchild');
  const script = `
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    process.on('SIGTERM', () => {});
    writeFileSync(${JSON.stringify(note)}, String(spawn('sleep', ['60'], { stdio: 'ignore' }).pid));
    ${READY}${STAY}`;
  const thing = await (await start(folder.path, script)).supervised;
  const grandchild = Number(await readFile(note, 'utf8'));
  await thing.stop();
  await gone(thing.pid);
  await gone(grandchild);
});

test('a first start that fails says why, with the end of the log', async () => {
  await using folder = await temporaryFolder();
  const { supervised } = await start(folder.path, `console.error('the port is taken'); process.exit(3);`);
  await expect(supervised).rejects.toMatchObject({
    code: 'INTERNAL',
    message: expect.stringMatching(/Expected thing to start, got exit code 3\. The end of its log:\nthe port is taken/),
  });
});

test('a process that dies again and again is given up', async () => {
  await using folder = await temporaryFolder();
  const { said, supervised } = await start(
    folder.path,
    `${READY} process.on('disconnect', () => {}); setTimeout(() => process.exit(7), 20);`,
  );
  const thing = await supervised;
  await expect(thing.gaveUp).rejects.toThrow(/more than 10 deaths in 5 minutes, the last by exit code 7/);
  expect(said.filter((line) => line.includes('died'))).toHaveLength(10);
  await thing.stop();
});

test('an interrupt during the start leaves no process', async () => {
  await using folder = await temporaryFolder();
  const stop = new AbortController();
  const note = join(folder.path, 'pid');
  const { supervised } = await start(
    folder.path,
    `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(note)}, String(process.pid)); ${STAY}`,
    stop.signal,
  );
  const pid = Number(
    await eventually('the start', () =>
      readFile(note, 'utf8').then(
        (text) => text || undefined,
        () => undefined,
      ),
    ),
  );
  stop.abort(new Error('enough'));
  await expect(supervised).rejects.toThrow('enough');
  await gone(pid);
});
