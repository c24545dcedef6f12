import type { Device } from '../executor.ts';

const VARIABLE = 'GLIBC_TUNABLES';
const TUNABLE = 'glibc.malloc.hugetlb';

/**
 * The environment that a process must have before it starts, for ONNX Runtime's matrices and the state to lie in huge
 * pages where the system lends them to those who ask: the C library reads it once. A C library that knows no such name
 * does nothing.
 * @param inherited what the process would have otherwise; a word of the user's own on huge pages stays.
 */
export function onnxEnvironment(
  device: Device,
  platform: NodeJS.Platform,
  inherited: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const given = inherited[VARIABLE] ?? '';
  if (device !== 'cpu' || platform !== 'linux' || given.includes(TUNABLE)) return {};
  return { [VARIABLE]: [...(given === '' ? [] : [given]), `${TUNABLE}=1`].join(':') };
}
