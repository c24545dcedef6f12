import { expect, test } from 'vitest';
import { onnxEnvironment } from '../../../engine/onnx/environment.ts';

test('a process of the onnx executor on the CPU of Linux asks the C library for huge pages', () => {
  expect(onnxEnvironment('cpu', 'linux', {})).toEqual({ GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' });
});

test('what the user has said of the C library stays', () => {
  const given = (tunables: string) => onnxEnvironment('cpu', 'linux', { GLIBC_TUNABLES: tunables });
  expect(given('glibc.malloc.arena_max=1')).toEqual({
    GLIBC_TUNABLES: 'glibc.malloc.arena_max=1:glibc.malloc.hugetlb=1',
  });
  expect(given('glibc.malloc.hugetlb=0')).toEqual({});
});

test('nothing is asked for where a GPU computes or there is no such C library', () => {
  expect(onnxEnvironment('cuda', 'linux', {})).toEqual({});
  expect(onnxEnvironment('cpu', 'darwin', {})).toEqual({});
});
