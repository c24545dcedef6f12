import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync, type Options, type PackageDefinition } from '@grpc/proto-loader';
import type { ProtoGrpcType as ClusterProto } from './generated/cluster.ts';
import type { ProtoGrpcType as ResultProto } from './generated/result.ts';
import type { ProtoGrpcType as SearchProto } from './generated/search.ts';
import type { ProtoGrpcType as SweepProto } from './generated/sweep.ts';
import type { ProtoGrpcType as WorkerProto } from './generated/worker.ts';

export type TickworkProto = SweepProto['tickwork']['v1'] &
  ResultProto['tickwork']['v1'] &
  WorkerProto['tickwork']['v1'] &
  ClusterProto['tickwork']['v1'] &
  SearchProto['tickwork']['v1'];

const FILES = ['sweep', 'result', 'worker', 'cluster', 'search'].map((name) => `tickwork/v1/${name}.proto`);

/** The folder with the .proto files: beside this module in the sources, two levels up when compiled into dist/proto. */
export function protoFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (const folder of [here, join(here, '../../proto')]) {
    try {
      readFileSync(join(folder, 'load-options.json'));
      return folder;
    } catch {}
  }
  throw new Error(
    `Expected the .proto files in ${here} or ${join(here, '../../proto')}, found neither. Reinstall Tickwork.`,
  );
}

/** The one place that reads .proto files; options are those of the generated types (load-options.json). */
export function loadTickworkDefinition(files: readonly string[] = FILES): PackageDefinition {
  const folder = protoFolder();
  const options = JSON.parse(readFileSync(join(folder, 'load-options.json'), 'utf8')) as {
    longs: 'Number';
    enums: 'String';
  };
  return loadSync([...files], {
    ...options,
    longs: Number,
    enums: String,
    includeDirs: [folder],
  } satisfies Options);
}

/** Client constructors and service definitions of `tickwork.v1`. */
export function loadTickworkProto(): TickworkProto {
  const root = loadPackageDefinition(loadTickworkDefinition()) as unknown as { tickwork: { v1: TickworkProto } };
  return root.tickwork.v1;
}
