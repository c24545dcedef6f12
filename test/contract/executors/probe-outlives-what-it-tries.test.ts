import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onnxEnvironment } from '../../../engine/onnx/environment.ts';
import type { Candidate, ExecutorWish, ProbeOptions } from '../../../engine/probe/mod.ts';
import { chooseExecutor, fastest, probeCandidate, visibleGpus } from '../../../engine/probe/mod.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const CANDIDATE: Candidate = {
  executor: 'torch',
  device: 'cpu',
  precision: 'float32',
  threads: 1,
  deterministic: false,
};

/** Stands for the probe's process: does what the environment says in place of loading a library. */
const CHILD = `
const send = (message) => new Promise((resolve) => process.send(message, undefined, undefined, resolve));
process.on('disconnect', () => process.exit(1));
process.once('message', async ({ executor, options }) => {
  await send({ type: 'stage', stage: 'opening the executor' });
  const rates = JSON.parse(process.env.RATES ?? '{}');
  const place = executor + ' ' + options.device;
  switch (rates[place] ?? process.env.BEHAVIOUR) {
    case 'abort': console.error('F external/cuda_driver.cc:42] Check failed: driver != nullptr'); process.abort();
    case 'segfault': process.kill(process.pid, 'SIGSEGV'); break;
    case 'ended': process.kill(process.pid, 'SIGTERM'); for (;;);
    case 'hang': for (;;);
    case 'exit': console.error('undefined symbol: _ZN3c105ErrorC2E'); process.exit(0);
    case 'throw': throw new Error('libcudart.so.12: cannot open shared object file');
    case 'refuse':
      await send({ type: 'answer', answer: { failure: { code: 'EXECUTOR_UNAVAILABLE', message: 'Expected a GPU, got none.' } } });
      break;
    default: {
      const description = { executor, library: 'library 1', device: options.device, precision: 'float32', threads: 1, deterministic: false };
      const speed = { forward: 1, inputGradient: 1, filterGradient: 1, batch: 32, imagesPerSecond: rates[place] ?? 100 };
      await send({ type: 'answer', answer: { description, relativeError: 1e-7, speed } });
    }
  }
  process.exit(0);
});
`;

async function prepare() {
  const folder = await temporaryFolder();
  const entry = join(folder.path, 'child.mjs');
  await writeFile(entry, CHILD);
  const started: string[] = [];
  const options = (env: Record<string, string> = {}, more: Partial<ProbeOptions> = {}): ProbeOptions => ({
    cacheFolder: join(folder.path, 'cache'),
    // No Python, no driver.
    env: { PATH: folder.path, ...env },
    gpus: [],
    timeLimit: 30_000,
    failuresMaxAgeMs: 60_000,
    fresh: false,
    now: () => 1_000_000,
    entry,
    onStart: ({ executor, device }) => started.push(`${executor} ${device}`),
    ...more,
  });
  return { folder: folder.path, options, started, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

describe('whatever a library does to its process is a reason', () => {
  test.each<[string, RegExp]>([
    [
      'abort',
      /got one that was ended by SIGABRT while opening the executor\..*engine build torch.*Check failed: driver/s,
    ],
    ['segfault', /was ended by SIGSEGV while opening/],
    ['exit', /ended with code 0 while opening.*undefined symbol/s],
    ['throw', /ended with code 1 while opening.*libcudart\.so\.12: cannot open/s],
  ])('%s', async (behaviour, message) => {
    await using it = await prepare();
    const { outcome } = await probeCandidate(CANDIDATE, it.options({ BEHAVIOUR: behaviour }));
    expect(outcome).toMatchObject({
      usable: false,
      failure: { code: 'EXECUTOR_FAILED', message: expect.stringMatching(message) },
    });
  });

  test('hanging, after the time it is given', async () => {
    await using it = await prepare();
    const { outcome } = await probeCandidate(CANDIDATE, it.options({ BEHAVIOUR: 'hang' }, { timeLimit: 1_000 }));
    expect(outcome).toMatchObject({ failure: { message: expect.stringMatching(/took longer than 1 s .*--timeout/s) } });
  });

  test('a reason of its own keeps its code and words', async () => {
    await using it = await prepare();
    const { outcome } = await probeCandidate(CANDIDATE, it.options({ BEHAVIOUR: 'refuse' }));
    expect(outcome).toEqual({
      usable: false,
      failure: { code: 'EXECUTOR_UNAVAILABLE', message: 'Expected a GPU, got none.' },
    });
  });

  test('an interrupt is no outcome: it is thrown, and the process ends', async () => {
    await using it = await prepare();
    const interrupt = new AbortController();
    const probing = probeCandidate(
      CANDIDATE,
      it.options(
        { BEHAVIOUR: 'hang' },
        { signal: interrupt.signal, onStart: () => setTimeout(() => interrupt.abort(), 100) },
      ),
    );
    await expect(probing).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('what a probe found', () => {
  test('is read again until the library, the candidate or the machine changes', async () => {
    await using it = await prepare();
    const probe = (candidate: Candidate, more: Partial<ProbeOptions> = {}) =>
      probeCandidate(candidate, it.options({}, more));
    expect((await probe(CANDIDATE)).cached).toBe(false);
    expect(await probe(CANDIDATE)).toMatchObject({ cached: true, outcome: { usable: true } });
    expect((await probe(CANDIDATE, { fresh: true })).cached).toBe(false);
    expect((await probe({ ...CANDIDATE, threads: 2 })).cached).toBe(false);
    await mkdir(join(it.folder, 'cache', 'addons'));
    await writeFile(join(it.folder, 'cache', 'addons', 'torch-0123456789abcdef.node'), '');
    expect((await probe(CANDIDATE)).cached).toBe(false);
    const cuda = { ...CANDIDATE, device: 'cuda' } as const;
    const gpu = { id: 'GPU-1', name: 'A', memoryBytes: 1, driver: '1' };
    await probe(cuda, { gpus: [gpu] });
    expect((await probe(cuda, { gpus: [gpu] })).cached).toBe(true);
    expect((await probe(cuda, { gpus: [{ ...gpu, driver: '2' }] })).cached).toBe(false);
  });

  test('is believed for an hour or so where it is a failure, and for long where it is none', async () => {
    await using it = await prepare();
    const at = (minutes: number, env: Record<string, string>) =>
      probeCandidate(CANDIDATE, it.options(env, { now: () => minutes * 60_000, failuresMaxAgeMs: 3_600_000 }));
    await at(0, { BEHAVIOUR: 'refuse' });
    expect(await at(59, {})).toMatchObject({ cached: true, outcome: { usable: false } });
    expect(await at(61, {})).toMatchObject({ cached: false, outcome: { usable: true } });
    expect(await at(61 + 7 * 24 * 60, { BEHAVIOUR: 'refuse' })).toMatchObject({ cached: true });
  });

  test('is forgotten where somebody ended it before it had answered', async () => {
    await using it = await prepare();
    const ended = await probeCandidate(CANDIDATE, it.options({ BEHAVIOUR: 'ended' }));
    expect(ended.outcome).toMatchObject({ failure: { message: expect.stringMatching(/was ended by SIGTERM/) } });
    expect(await probeCandidate(CANDIDATE, it.options())).toMatchObject({ cached: false, outcome: { usable: true } });
  });

  test('a damaged file of the cache is no report', async () => {
    await using it = await prepare();
    await probeCandidate(CANDIDATE, it.options());
    const folder = join(it.folder, 'cache', 'probe');
    for (const name of await readdir(folder)) await writeFile(join(folder, name), '{"outcome":');
    expect((await probeCandidate(CANDIDATE, it.options())).cached).toBe(false);
  });
});

describe('the executor that is chosen', () => {
  const WISH: ExecutorWish = {
    executor: 'auto',
    device: 'auto',
    precision: 'float32',
    threads: 1,
    deterministic: false,
    requireGpu: false,
  };

  /** As if these had been built; and with so many GPUs that nvidia-smi tells of. */
  async function machine({ built = [], gpus = 0 }: { built?: readonly string[]; gpus?: number }) {
    const it = await prepare();
    await mkdir(join(it.folder, 'cache', 'addons'), { recursive: true });
    for (const name of built) await writeFile(join(it.folder, 'cache', 'addons', `${name}-0123456789abcdef.node`), '');
    const listed = Array.from({ length: gpus }, (_, i) => `echo "${i}, GPU-${i}aa, NVIDIA H100, 81559, 570.1"`);
    await writeFile(join(it.folder, 'nvidia-smi'), `#!/bin/sh\n${gpus === 0 ? 'exit 9' : listed.join('\n')}\n`);
    await chmod(join(it.folder, 'nvidia-smi'), 0o755);
    return it;
  }

  test('is the embedded one, untried, where there is no other and no GPU', async () => {
    await using it = await machine({});
    const chosen = await chooseExecutor(WISH, it.options({ BEHAVIOUR: 'abort' }));
    expect(chosen).toMatchObject({ executor: 'onnx', options: { device: 'cpu' }, fellBack: false });
    expect(chosen.devices).toEqual([{ name: 'cpu', environment: onnxEnvironment('cpu', process.platform, {}) }]);
    expect(it.started).toEqual([]);
  });

  test('is the fastest that passes', async () => {
    await using it = await machine({ built: ['torch', 'tensorflow'] });
    const RATES = JSON.stringify({ 'onnx cpu': 100, 'torch cpu': 150, 'tensorflow cpu': 'segfault' });
    const chosen = await chooseExecutor(WISH, it.options({ RATES }));
    expect(chosen).toMatchObject({ executor: 'torch', options: { device: 'cpu' } });
    expect(chosen.reasons.join('\n')).toMatch(
      /torch on cpu: 150 images\/s.*tensorflow on cpu: not usable \[EXECUTOR_FAILED\]/s,
    );
    // The next worker asks the cache.
    it.started.length = 0;
    expect(await chooseExecutor(WISH, it.options({ RATES }))).toMatchObject({ executor: 'torch' });
    expect(it.started).toEqual([]);
  });

  test('is onnx on a tie', () => {
    const report = (executor: Candidate['executor'], imagesPerSecond: number) => ({
      candidate: { ...CANDIDATE, executor },
      at: 0,
      seconds: 1,
      cached: false,
      outcome: {
        usable: true as const,
        description: {
          executor,
          library: '',
          device: 'cpu',
          precision: 'float32' as const,
          threads: 1,
          deterministic: false,
        },
        relativeError: 0,
        speed: { forward: 1, inputGradient: 1, filterGradient: 1, batch: 32, imagesPerSecond },
      },
    });
    expect(fastest([report('torch', 104), report('onnx', 100)])?.executor).toBe('onnx');
    expect(fastest([report('torch', 110), report('onnx', 100)])?.executor).toBe('torch');
    expect(fastest([])).toBeUndefined();
  });

  test('runs on the GPUs where one works, each process on its own', async () => {
    await using it = await machine({ built: ['torch'], gpus: 2 });
    const RATES = JSON.stringify({ 'torch cuda': 5000, 'onnx cuda': 'refuse' });
    const chosen = await chooseExecutor(WISH, it.options({ RATES }));
    expect(chosen).toMatchObject({ executor: 'torch', options: { device: 'cuda' }, fellBack: false });
    expect(chosen.devices).toEqual(
      ['GPU-0aa', 'GPU-1aa'].map((id) => ({
        name: 'cuda NVIDIA H100',
        memoryBytes: 81559 * 2 ** 20,
        environment: { CUDA_VISIBLE_DEVICES: id },
      })),
    );
  });

  test('falls back to the CPU and says why, unless a GPU is required', async () => {
    await using it = await machine({ built: ['torch'], gpus: 1 });
    const RATES = JSON.stringify({ 'torch cuda': 'abort', 'onnx cuda': 'refuse' });
    const chosen = await chooseExecutor(WISH, it.options({ RATES }));
    expect(chosen).toMatchObject({ options: { device: 'cpu' }, fellBack: true });
    expect(chosen.reasons.join('\n')).toMatch(/torch on cuda: not usable.*SIGABRT/s);
    for (const wish of [
      { ...WISH, requireGpu: true },
      { ...WISH, device: 'cuda' as const },
    ]) {
      await expect(chooseExecutor(wish, it.options({ RATES }))).rejects.toMatchObject({
        code: 'EXECUTOR_UNAVAILABLE',
        message: expect.stringMatching(/GPUs seen: NVIDIA H100\..*torch on cuda: not usable/s),
      });
    }
  });

  test('is refused with the reason where the one that was named does not work', async () => {
    await using it = await machine({});
    const refused = (wish: Partial<ExecutorWish>) =>
      chooseExecutor({ ...WISH, ...wish }, it.options({ BEHAVIOUR: 'refuse' }));
    await expect(refused({ executor: 'torch' })).rejects.toMatchObject({ message: 'Expected a GPU, got none.' });
    await expect(refused({ requireGpu: true })).rejects.toMatchObject({ code: 'EXECUTOR_UNAVAILABLE' });
    await expect(refused({ requireGpu: true, device: 'cpu' })).rejects.toThrow(/Leave one of the two out/);
    await expect(refused({ executor: 'tensorflow', device: 'webgpu' })).rejects.toThrow(/cpu or cuda, got webgpu/);
  });

  test('sees the GPUs that CUDA_VISIBLE_DEVICES leaves, in its order', async () => {
    await using it = await machine({ gpus: 3 });
    const seen = async (value?: string) => {
      const env = { PATH: it.folder, ...(value === undefined ? {} : { CUDA_VISIBLE_DEVICES: value }) };
      return (await visibleGpus(env)).map(({ id }) => id);
    };
    expect(await seen()).toEqual(['GPU-0aa', 'GPU-1aa', 'GPU-2aa']);
    expect(await seen('2,0')).toEqual(['GPU-2aa', 'GPU-0aa']);
    expect(await seen('GPU-1')).toEqual(['GPU-1aa']);
    expect(await seen('1,7,0')).toEqual(['GPU-1aa']);
    expect(await seen('-1')).toEqual([]);
    expect(await seen('')).toEqual([]);
  });
});
