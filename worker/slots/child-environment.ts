/**
 * What a trial process may know of the worker's environment: where things are, never credentials or Node's own
 * switches.
 */
const ALLOWED = [
  /^(PATH|HOME|USER|LANG|LANGUAGE|TZ|TMPDIR|LD_LIBRARY_PATH)$/,
  /^LC_/,
  /^XDG_(CACHE|DATA)_HOME$/,
  // Which devices, and how the numerical libraries use them.
  /^(CUDA|NVIDIA|ROCR|HIP|TF|OMP|MKL|OPENBLAS|ONNX|ORT)_/,
];

export function childEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => ALLOWED.some((pattern) => pattern.test(name))),
  );
}
