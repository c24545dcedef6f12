import { describe, expect, test } from 'vitest';
import { TickworkError } from '../../../core/errors.ts';
import { isSubjectToken } from '../../../proto/subjects.ts';
import { parseWorkerConfig } from '../../../worker/config.ts';

const MACHINE = { hostname: 'gpu-7.lab.example', cpus: 8 };
const MINIMAL = { coordinator: 'localhost:7070', stateDir: '/var/lib/tickwork' };

describe("a worker's settings", () => {
  test('have defaults that fit the machine', () => {
    expect(parseWorkerConfig({ ...MINIMAL, slots: 3 }, MACHINE)).toEqual({
      allowedCommands: [],
      commandFolder: process.cwd(),
      executor: 'onnx',
      device: 'cpu',
      precision: 'float32',
      deterministic: false,
      checkFirstBatch: false,
      loaderThreads: 1,
      pixelCacheMiB: 1024,
      engineCache: '.tickwork/engine',
      coordinator: 'localhost:7070',
      name: expect.stringMatching(/^gpu-7-[0-9a-f]{6}$/),
      slots: 3,
      threadsPerSlot: 2,
      stateDir: '/var/lib/tickwork',
      checkpointFolder: '/var/lib/tickwork/checkpoints',
      datasetRoots: [],
      labels: {},
      logLevel: 'info',
    });
  });

  test('give a name that is the same at each start and differs between state directories', () => {
    const name = (stateDir: string, hostname = 'h') =>
      parseWorkerConfig({ ...MINIMAL, stateDir }, { hostname, cpus: 1 }).name;
    expect(name('/a')).toBe(name('/a'));
    expect(name('/a')).not.toBe(name('/b'));
    for (const hostname of ['', 'ünï.cödé', 'x'.repeat(200), 'a b*c>'])
      expect(isSubjectToken(name('/a', hostname))).toBe(true);
  });

  test('are refused with all their problems at once', () => {
    const problem = (() => {
      try {
        parseWorkerConfig({ coordinator: 'nowhere', name: 'a.b', slots: 0, threads: 4, logLevel: 'loud' }, MACHINE);
      } catch (error) {
        return error as TickworkError;
      }
      return undefined;
    })();
    expect(problem).toBeInstanceOf(TickworkError);
    expect(problem?.code).toBe('CONFIG_INVALID');
    expect(problem?.violations.map(({ field }) => field).sort()).toEqual([
      '',
      'coordinator',
      'logLevel',
      'name',
      'slots',
      'stateDir',
    ]);
    expect(problem?.violations.find(({ field }) => field === 'coordinator')?.message).toBe(
      'Expected host:port, got "nowhere"',
    );
    expect(problem?.message).toContain('name: Expected 1 to 64 letters, digits, "_" or "-", got "a.b"');
    expect(problem?.message).toContain('"threads"');
  });
});
