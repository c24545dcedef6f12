// Regenerates proto/generated from the .proto files: `npm run generate`. `npm test` fails when the result differs from
// what is checked in.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = process.argv[2] ?? join(root, 'proto/generated');
const options = JSON.parse(readFileSync(join(root, 'proto/load-options.json'), 'utf8'));

rmSync(outDir, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [
    join(root, 'node_modules/@grpc/proto-loader/build/bin/proto-loader-gen-types.js'),
    `--longs=${options.longs}`,
    `--enums=${options.enums}`,
    ...(options.defaults ? ['--defaults'] : []),
    ...(options.oneofs ? ['--oneofs'] : []),
    '--includeComments',
    '--grpcLib=@grpc/grpc-js',
    '--importFileExtension=.ts',
    `--includeDirs=${join(root, 'proto')}`,
    `--outDir=${outDir}`,
    'tickwork/v1/sweep.proto',
    'tickwork/v1/result.proto',
    'tickwork/v1/worker.proto',
    'tickwork/v1/cluster.proto',
    'tickwork/v1/search.proto',
    'google/rpc/status.proto',
    'google/rpc/error_details.proto',
  ],
  { stdio: ['ignore', 'ignore', 'inherit'], cwd: root },
);

// These two have no service; the generator's root files for them would be unused code.
for (const file of ['status.ts', 'error_details.ts']) rmSync(join(outDir, file), { force: true });

// The generator writes the absolute path of each source into its output, which would differ on every machine.
for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath, entry.name);
  const text = readFileSync(path, 'utf8').replace(/^\/\/ Original file: .*?(proto\/|null$)/m, '// Original file: $1');
  writeFileSync(path, text.endsWith('\n') ? text : `${text}\n`);
}
