import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import { runCommand } from './command.ts';
import { sharedObjectFault } from './shared-object.ts';

/** A package of Python that brings a C++ library with it. */
export interface PythonPackage {
  /** The package's folder: holds `lib/` and `include/` (torch), or the libraries themselves (tensorflow). */
  readonly folder: string;
  readonly version: string;
  /** The interpreter that has it. */
  readonly python: string;
}

export type PythonPackageName = 'torch' | 'tensorflow';

export interface FindOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

interface Layout {
  /** Names under which PyPI distributes the package, a regular expression over all of the name. */
  readonly distributions: string;
  /** Files without which nothing can be built against the package. */
  readonly files: readonly string[];
}

const LAYOUTS: Readonly<Record<PythonPackageName, Layout>> = {
  torch: { distributions: 'torch', files: ['lib/libtorch_cpu.so', 'lib/libc10.so', 'include/ATen/ATen.h'] },
  tensorflow: {
    distributions: 'tensorflow|tensorflow[-_](cpu|gpu|intel|rocm)|tf[-_]nightly([-_](cpu|gpu))?',
    files: ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'include/tensorflow/c/eager/c_api.h'],
  },
};

/** A cold interpreter on a network file system takes seconds. */
const TIME_LIMIT = 30_000;
const MARK = 'tickwork-python-package:';

/** Looks without importing: an import takes seconds, and a broken library could end the interpreter. */
const SCRIPT = `
import sys
sys.path = [p for p in sys.path if p]
import importlib.metadata, importlib.util, json, os, re
name, names, files = sys.argv[1], sys.argv[2], sys.argv[3:]
spec = importlib.util.find_spec(name)
found = {}
if spec is not None:
    folder = os.path.realpath(list(spec.submodule_search_locations or [''])[0])
    found = {'folder': folder, 'python': sys.executable, 'version': '', 'missing': []}
    if spec.origin is None: found['missing'].append('__init__.py')
    for dist in importlib.metadata.distributions(path=[os.path.dirname(folder)]):
        if re.fullmatch(names, (dist.metadata['Name'] or '').lower()): found['version'] = dist.version
    if not found['version'] and os.path.exists(os.path.join(folder, 'version.py')):
        with open(os.path.join(folder, 'version.py')) as f: match = re.search(r"__version__ *= *['\\"]([^'\\"]+)", f.read())
        if match: found['version'] = match.group(1)
    found['missing'] += [f for f in files if not os.path.exists(os.path.join(folder, f))]
print('${MARK}' + json.dumps(found))
`;

interface Found extends PythonPackage {
  readonly missing: readonly string[];
}

/**
 * Finds PyTorch or TensorFlow of this machine, without importing it. The first interpreter that has it wins:
 * `$TICKWORK_PYTHON`, `$VIRTUAL_ENV/bin/python`, `$CONDA_PREFIX/bin/python`, then `python3` and `python` of `$PATH`.
 * @returns `undefined` where none has it.
 * @throws EngineError EXECUTOR_UNAVAILABLE where it is there but not whole, or where `$TICKWORK_PYTHON` does not run.
 */
export async function findPythonPackage(
  name: PythonPackageName,
  { env, signal }: FindOptions,
): Promise<PythonPackage | undefined> {
  let broken: EngineError | undefined;
  for (const python of interpreters(env)) {
    const { distributions, files } = LAYOUTS[name];
    const { stdout, exitCode, reason } = await runCommand([python, '-c', SCRIPT, name, distributions, ...files], {
      env: { ...env, PYTHONDONTWRITEBYTECODE: '1', PYTHONIOENCODING: 'utf-8' },
      timeLimit: TIME_LIMIT,
      ...(signal === undefined ? {} : { signal }),
    });
    // Site hooks may print before or after.
    const line = stdout.split('\n').find((text) => text.startsWith(MARK));
    if (exitCode !== 0 || line === undefined) {
      if (python === env['TICKWORK_PYTHON']) broken ??= interpreterFailed(python, reason);
      continue;
    }
    const found = JSON.parse(line.slice(MARK.length)) as Partial<Found>;
    if (found.folder === undefined) continue;
    const { folder, python: executable, version, missing = [] } = found as Found;
    const fault = missing.length > 0 ? `without ${missing.join(', ')}` : await libraryFault(folder, files);
    if (fault === undefined && version !== '') return { folder, version, python: executable };
    broken ??= notWhole(name, found as Found, fault ?? 'without a version');
  }
  if (broken !== undefined) throw broken;
  return undefined;
}

function interpreters(env: NodeJS.ProcessEnv): readonly string[] {
  const inFolder = (folder: string | undefined): string | undefined =>
    folder ? join(folder, 'bin/python') : undefined;
  const all = [
    env['TICKWORK_PYTHON'],
    inFolder(env['VIRTUAL_ENV']),
    inFolder(env['CONDA_PREFIX']),
    'python3',
    'python',
  ];
  return [...new Set(all.filter((python): python is string => python !== undefined && python !== ''))];
}

function interpreterFailed(python: string, reason: string): EngineError {
  return new EngineError(
    'EXECUTOR_UNAVAILABLE',
    `Expected TICKWORK_PYTHON to name a Python interpreter that runs, got ${python}: ${reason}.`,
  );
}

/** A library that is cut short ends the process that loads it, so it is looked at before. */
async function libraryFault(folder: string, files: readonly string[]): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  for (const file of files.filter((path) => /\.so(\.\d+)?$/.test(path))) {
    const fault = await sharedObjectFault(join(folder, file));
    if (fault !== undefined) return `whose ${file} cannot be loaded: ${fault}`;
  }
  return undefined;
}

function notWhole(name: PythonPackageName, { folder, version, python }: Found, what: string): EngineError {
  return new EngineError(
    'EXECUTOR_UNAVAILABLE',
    `Expected all of the Python package '${name}' in ${folder}, got ${version || 'one'} ${what}. Install it again: ` +
      `${python} -m pip install --force-reinstall ${name}.`,
  );
}
