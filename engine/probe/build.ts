import { EngineError } from '../errors.ts';
import { type AddonRecipe, type BuildOptions, type BuiltAddon, buildAddon } from '../native/addon.ts';
import { findPythonPackage, type PythonPackage } from '../native/python-package.ts';
import { tensorflowAddonRecipe } from '../tensorflow/addon.ts';
import { torchAddonRecipe } from '../torch/addon.ts';

export interface BuildReport extends BuiltAddon {
  /** What it was built against. */
  readonly package: PythonPackage;
  readonly library: string;
}

type Buildable = AddonRecipe['name'];

const RECIPES: Readonly<Record<Buildable, (pkg: PythonPackage) => AddonRecipe | Promise<AddonRecipe>>> = {
  torch: torchAddonRecipe,
  tensorflow: tensorflowAddonRecipe,
};

const WHEELS: Readonly<Record<Buildable, string>> = {
  torch: 'pip install torch',
  tensorflow: 'pip install tensorflow-cpu, or tensorflow[and-cuda]',
};

/**
 * Builds an executor's addon against the library that this machine's Python has.
 * @throws EngineError EXECUTOR_UNAVAILABLE where the library is missing, broken or too old; ADDON_BUILD_FAILED.
 */
export async function buildExecutorAddon(name: Buildable, options: BuildOptions): Promise<BuildReport> {
  const { env, signal } = options;
  const pkg = await findPythonPackage(name, { env, ...(signal === undefined ? {} : { signal }) });
  if (pkg === undefined) {
    throw new EngineError(
      'EXECUTOR_UNAVAILABLE',
      `Expected Python with the package ${name}, got none. Install it (${WHEELS[name]}), and name its interpreter in ` +
        'TICKWORK_PYTHON where it is not the first in PATH.',
    );
  }
  const recipe = await RECIPES[name](pkg);
  return { ...(await buildAddon(recipe, options)), package: pkg, library: recipe.version };
}
