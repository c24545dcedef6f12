import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Wall {
  /** Files under this path; the longest matching one counts. */
  readonly room: string;
  readonly why: string;
  /** Paths of the repository and packages (`node:` for all of Node) that may be imported. */
  readonly may: readonly string[];
}

const TFJS = ['@tensorflow/tfjs', '@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-cpu'];

/** biome.json says the same in the editor, as far as its patterns reach; here it is exact. */
const WALLS: readonly Wall[] = [
  { room: 'core', may: ['core', 'zod', 'yaml'], why: 'the core is pure: a simulator runs it under a virtual clock' },
  {
    room: 'runtime',
    may: ['runtime', 'core/errors.ts', 'node:', 'pino'],
    why: 'it knows no word of the domain but its errors',
  },
  {
    room: 'proto',
    may: ['proto', 'core', 'node:', 'zod', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'],
    why: 'it is the wire and nothing else',
  },
  { room: 'engine', may: ['engine', 'node:', ...TFJS], why: 'it could leave as a package of its own' },
  {
    room: 'engine/onnx',
    may: ['engine', 'node:', ...TFJS, 'onnxruntime-node', 'koffi'],
    why: 'each executor knows its library only',
  },
  {
    room: 'engine/tensorflow',
    may: ['engine', 'node:', ...TFJS, '@tensorflow/tfjs-node-gpu'],
    why: 'each executor knows its library only',
  },
  {
    room: 'worker',
    may: ['worker', 'core', 'proto', 'runtime', 'node:', 'zod'],
    why: 'the agent does not train, and shares no code with the coordinator',
  },
  {
    room: 'worker/training',
    may: [
      'worker/training',
      'worker/command',
      'worker/trial-messages.ts',
      'core',
      'engine',
      'runtime',
      'node:',
      ...TFJS,
    ],
    why: 'it trains, and sends nothing anywhere by itself',
  },
  {
    room: 'worker/training/data',
    may: ['worker/training/data', 'core', 'node:', 'sharp', '@rgrove/parse-xml'],
    why: 'it reads images, and knows nothing of networks',
  },
  {
    room: 'worker/training/input',
    may: ['worker/training/data', 'worker/training/input', 'core', 'node:'],
    why: 'its threads cut batches, and load neither TensorFlow.js nor an executor',
  },
  {
    room: 'worker/publisher',
    may: ['worker', 'core', 'proto', 'runtime', 'node:', 'nats'],
    why: 'it is the NATS adapter',
  },
  {
    room: 'worker/coordinator-stream',
    may: ['worker', 'core', 'proto', 'runtime', 'node:', '@grpc/grpc-js'],
    why: 'it is the gRPC adapter',
  },
  {
    room: 'coordinator',
    may: ['coordinator', 'core', 'proto', 'runtime', 'node:', 'zod'],
    why: 'libraries stay in their adapters; it shares no code with the worker',
  },
  {
    room: 'coordinator/adapters/nats',
    may: ['coordinator', 'core', 'proto', 'runtime', 'node:', 'nats'],
    why: 'it is the NATS adapter',
  },
  {
    room: 'coordinator/adapters/duckdb',
    may: ['coordinator', 'core', 'proto', 'runtime', 'node:', '@duckdb/node-api'],
    why: 'it is the DuckDB adapter',
  },
  {
    room: 'coordinator/grpc',
    may: [
      'coordinator',
      'core',
      'proto',
      'runtime',
      'node:',
      '@grpc/grpc-js',
      '@grpc/proto-loader',
      '@grpc/reflection',
      'grpc-health-check',
    ],
    why: 'it is the gRPC adapter',
  },
  {
    room: 'coordinator/gateway',
    may: ['coordinator', 'core', 'proto', 'runtime', 'node:', 'zod', '@grpc/proto-loader'],
    why: 'it mirrors the wire messages as JSON',
  },
  {
    room: 'coordinator/metrics',
    may: ['coordinator', 'core', 'proto', 'runtime', 'node:', 'prom-client'],
    why: 'it is the Prometheus adapter',
  },
  {
    room: 'cli',
    may: ['cli', 'core', 'proto', 'runtime', 'node:', 'commander'],
    why: 'it talks to the coordinator through cli/client only',
  },
  {
    room: 'cli/local',
    may: ['cli', 'core', 'proto', 'runtime', 'node:', 'worker/outbox/directory-lock.ts'],
    why: 'it runs the other processes and knows none of their rooms',
  },
  {
    room: 'cli/credentials',
    may: ['cli', 'core', 'proto', 'runtime', 'node:', '@peculiar/x509', 'reflect-metadata', 'nkeys.js'],
    why: 'it makes certificates and keys, and talks to nobody',
  },
  {
    room: 'cli/client',
    may: ['cli', 'core', 'proto', 'runtime', '@grpc/grpc-js', 'node:events'],
    why: 'it is the gRPC adapter',
  },
  {
    room: 'cli/commands/coordinator.ts',
    may: ['cli', 'core', 'proto', 'runtime', 'node:', 'commander', 'coordinator/main.ts', 'coordinator/config.ts'],
    why: 'it starts the coordinator and knows none of its rooms',
  },
  {
    room: 'cli/commands/worker.ts',
    may: ['cli', 'core', 'proto', 'runtime', 'node:', 'commander', 'worker/main.ts', 'worker/config.ts'],
    why: 'it starts the worker and knows none of its rooms',
  },
  {
    room: 'cli/commands/weights.ts',
    may: [
      'cli',
      'core',
      'proto',
      'node:',
      'commander',
      'worker/training/checkpoints/unused-weights.ts',
      'worker/training/checkpoints/unused-outputs.ts',
    ],
    why: 'it looks into a checkpoint folder, and loads no TensorFlow.js for it',
  },
  {
    room: 'cli/commands/engine',
    may: ['cli', 'core', 'node:', 'commander', 'engine/probe/mod.ts', 'worker/training/inspect/questions.ts'],
    why: 'it asks processes that load TensorFlow.js and native libraries, and loads none itself',
  },
  {
    room: 'cli/render/engine',
    may: ['cli', 'engine/probe/mod.ts', 'worker/training/inspect/questions.ts'],
    why: 'it prints what those processes report',
  },
  {
    room: 'simulation',
    may: ['simulation', 'coordinator', 'worker', 'core', 'proto', 'runtime', 'node:'],
    why: 'it wires the product to simulated machines, and nothing of the product knows of it',
  },
  {
    room: 'simulation/network',
    may: ['simulation', 'coordinator', 'worker', 'core', 'proto', 'runtime', '@grpc/grpc-js'],
    why: 'it stands in for gRPC and speaks its statuses',
  },
  {
    room: 'chaos',
    may: ['chaos', 'cli/local', 'runtime', 'simulation/random.ts', 'node:'],
    why: 'it runs the programs as processes, and knows their insides no more than a user does',
  },
  {
    room: 'chaos/worker',
    may: ['chaos', 'worker/main.ts', 'worker/config.ts', 'worker/trial-messages.ts', 'runtime', 'node:'],
    why: "it is the product's worker with other trials",
  },
  {
    room: 'chaos/cluster/nats.ts',
    may: ['chaos', 'cli/local', 'proto/subjects.ts', 'runtime', 'node:', 'nats'],
    why: 'it runs NATS servers, and asks them who leads',
  },
  {
    room: 'chaos/check',
    may: ['chaos', 'proto', 'node:', '@grpc/grpc-js', '@duckdb/node-api'],
    why: 'it reads the public API with a database of its own, and trusts nothing of the coordinator',
  },
  {
    room: 'fuzz',
    may: [
      ...[
        'fuzz',
        'core',
        'proto',
        'runtime',
        'cli/local',
        'cli/credentials',
        'coordinator/access/permissions.ts',
        'node:',
      ],
      ...['@grpc/grpc-js', 'protobufjs', 'fast-check'],
    ],
    why: 'it asks the program from outside, and knows of its insides only who may do what and what a good study is',
  },
  {
    room: 'dashboard',
    may: ['dashboard', 'proto/generated', 'react', 'react-dom', 'echarts', 'vite', '@vitejs/plugin-react'],
    why: 'it reads the public HTTP API',
  },
];

const ROOMS = [
  'core',
  'runtime',
  'proto',
  'engine',
  'worker',
  'coordinator',
  'cli',
  'simulation',
  'chaos',
  'fuzz',
  'dashboard',
];

function sourceFiles(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => normalize(join(entry.parentPath, entry.name)).slice(ROOT.length))
    .filter((file) => !file.startsWith('proto/generated/'));
}

const FILES = ROOMS.flatMap(sourceFiles);
const text = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** What a file imports, types included: paths from the root of the repository, or package names. */
function importsOf(file: string): string[] {
  const specifiers = text(file).matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'";]*?from\s*'([^']+)'|(?:^|\n)import '([^']+)'|\bimport\('([^']+)'\)/g,
  );
  return [...specifiers].map((match) => {
    const specifier = (match[1] ?? match[2] ?? match[3]) as string;
    return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier;
  });
}

const under = (path: string, room: string): boolean =>
  path === room || path.startsWith(room.endsWith(':') ? room : `${room}/`);

function wallOf(file: string): Wall | undefined {
  return WALLS.filter(({ room }) => under(file, room)).toSorted((a, b) => b.room.length - a.room.length)[0];
}

test('every file keeps to its room', () => {
  const breaches = FILES.flatMap((file) => {
    const wall = wallOf(file);
    return importsOf(file)
      .filter((imported) => !wall?.may.some((room) => under(imported, room)))
      .map((imported) => `${file} imports ${imported}; ${wall?.room} may not: ${wall?.why}`);
  });
  expect(breaches).toEqual([]);
});

test('the core reads no clock, no chance and no process', () => {
  // Math.random is a property, which the linter's list of globals cannot name.
  const forbidden = /\bMath\.random\b|\bglobalThis\b|\bnew Date\b|\bDate\.now\b/;
  const offenders = sourceFiles('core').filter((file) =>
    forbidden.test(text(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
  );
  expect(offenders).toEqual([]);
});

test('only main files touch the process, and engine/ and worker/ what belongs to their own process', () => {
  const mayExit = /(^|\/)(main|trial-process)\.ts$/;
  const offenders = FILES.filter(
    (file) => !mayExit.test(file) && /\bprocess\.(exit|exitCode|on|once|argv)\b/.test(text(file)),
  );
  expect(offenders).toEqual([]);
});

test('a file is named for its concept and stays readable', () => {
  const vague = FILES.filter((file) => /(^|\/)(utils?|helpers?|common|manager|types|misc)(\.|\/)/.test(file));
  expect(vague).toEqual([]);
  const notKebab = FILES.filter((file) => !/^[a-z0-9./-]+$/.test(file));
  expect(notKebab).toEqual([]);
  const long = FILES.filter((file) => text(file).split('\n').length > 400);
  expect(long).toEqual([]);
});

test('the simulation takes its time and chance from a seed', () => {
  // Its command, which only starts processes, may see the real ones.
  const forbidden =
    /\bMath\.random\b|\bDate\.now\b|\bnew Date\b|\bperformance\b|\bset(Timeout|Interval|Immediate)\b|\brandomUUID\b|\bsystemClock\b/;
  const offenders = sourceFiles('simulation').filter((file) =>
    forbidden.test(text(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
  );
  expect(offenders).toEqual([]);
});
