/**
 * What a trial process may know of the worker's environment: where things are, never credentials or Node's own
 * switches.
 */
const ALLOWED = [
  /^(PATH|HOME|USER|LANG|LANGUAGE|TZ|TMPDIR|LD_LIBRARY_PATH)$/,
  /^LC_/,
  /^XDG_(CACHE|DATA)_HOME$/,
  // The interpreter that has PyTorch or TensorFlow.
  /^(TICKWORK_PYTHON|VIRTUAL_ENV|CONDA_PREFIX)$/,
  // Which devices, and how the numerical libraries use them.
  /^(CUDA|NVIDIA|ROCR|HIP|TF|OMP|MKL|OPENBLAS|ONNX|ORT)_/,
];

/** ONNX Runtime reports to its makers and writes session files into TMPDIR unless told not to: a lab's machines stay silent. */
const SILENT = { ORT_DISABLE_TELEMETRY: '1' };

export function childEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const allowed = Object.entries(environment).filter(([name]) => ALLOWED.some((pattern) => pattern.test(name)));
  return { ...SILENT, ...Object.fromEntries(allowed) };
}
