import type { Device } from '../../executor.ts';
import { createDirectRuntime } from './direct-runtime.ts';
import { installedLibrary } from './installed-library.ts';
import { createPackageRuntime } from './package-runtime.ts';
import type { OnnxRuntime } from './runtime.ts';

/** On the CPU the direct way where it works on this platform; the package's own binding otherwise. */
export function openRuntime(device: Device): OnnxRuntime {
  if (device !== 'cpu') return createPackageRuntime();
  try {
    return createDirectRuntime(installedLibrary());
  } catch {
    return createPackageRuntime();
  }
}
