import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The library's names on Linux, macOS and Windows. */
const LIBRARY = /^(libonnxruntime\.so\.\d+|libonnxruntime\.\d+\.dylib|onnxruntime\.dll)$/;

/**
 * The library that the npm package brings for this platform.
 * @throws Error where it brings none.
 */
export function installedLibrary(): string {
  const folder = installedFolder();
  const name = readdirSync(folder).find((file) => LIBRARY.test(file));
  if (name === undefined) throw new Error(`Expected ONNX Runtime's library in ${folder}, got none.`);
  return join(folder, name);
}

/** Where the npm package keeps the libraries of this platform. */
export function installedFolder(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return join(root, 'bin', 'napi-v6', process.platform, process.arch);
}
