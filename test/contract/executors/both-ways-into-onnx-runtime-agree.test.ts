import { expect, test } from 'vitest';
import { encodeModel } from '../../../engine/onnx/encode-model.ts';
import { createDirectRuntime } from '../../../engine/onnx/library/direct-runtime.ts';
import { installedLibrary } from '../../../engine/onnx/library/installed-library.ts';
import { createPackageRuntime } from '../../../engine/onnx/library/package-runtime.ts';
import type { OnnxRuntime, Session } from '../../../engine/onnx/library/runtime.ts';
import { createModelBuilder } from '../../../engine/onnx/model-builder.ts';
import { createUniform } from './agreement.ts';

const CPU = { device: 'cpu', precision: 'float32' } as const;
const SIDE = 64;
const SHAPE = [SIDE, SIDE];

/** product = x · y, and the sum of all its elements as a scalar. */
function productModel(): Uint8Array {
  const model = createModelBuilder('product');
  const x = model.input({ name: 'x', type: 'float32', shape: SHAPE });
  const y = model.input({ name: 'y', type: 'float32', shape: SHAPE });
  const product = model.operator('MatMul', [x, y]);
  model.output({ name: 'product', type: 'float32', shape: SHAPE }, product);
  model.output(
    { name: 'sum', type: 'float32', shape: [] },
    model.operator('ReduceSum', [product], { attributes: { keepdims: 0n } }),
  );
  return encodeModel(model.build());
}

function operand(seed: number): Float32Array {
  const uniform = createUniform(seed);
  return Float32Array.from({ length: SIDE * SIDE }, uniform);
}

async function run(runtime: OnnxRuntime, session: Session, x: Float32Array, y: Float32Array) {
  const feeds = { x: runtime.tensor(x, SHAPE), y: runtime.tensor(y, SHAPE) };
  const results = {
    product: runtime.tensor(new Float32Array(SIDE * SIDE), SHAPE),
    // Few enough bytes for V8 to keep them in its own heap, where it moves them, until they are asked for.
    sum: runtime.tensor(new Float32Array(1), []),
  };
  await session.run(feeds, results);
  for (const tensor of Object.values({ ...feeds, ...results })) tensor.release();
  return { product: results.product.data, sum: results.sum.data };
}

const ways = {
  direct: () => createDirectRuntime(installedLibrary()),
  package: createPackageRuntime,
} satisfies Record<string, () => OnnxRuntime>;

test('both give the same bits, on one thread and on two', async () => {
  for (const threads of [1, 2]) {
    const [direct, viaPackage] = await Promise.all(
      Object.values(ways).map(async (way) => {
        const runtime = way();
        const session = await runtime.open(productModel(), threads, CPU);
        const results = await run(runtime, session, operand(1), operand(2));
        await session.release();
        return results;
      }),
    );
    expect(direct).toEqual(viaPackage);
  }
});

test.each(Object.entries(ways))(
  '%s: a session names its inputs, runs again, and reads what is there then',
  async (_, way) => {
    const runtime = way();
    const session = await runtime.open(productModel(), 1, CPU);
    expect([...session.inputNames].sort()).toEqual(['x', 'y']);
    const x = operand(3);
    const first = await run(runtime, session, x, operand(4));
    x.fill(0);
    const second = await run(runtime, session, x, operand(4));
    expect(first.sum[0]).not.toBe(0);
    expect(second.product.every((value) => value === 0)).toBe(true);
    await session.release();
  },
);

test.each(Object.entries(ways))('%s: runs that are asked for at once do not disturb each other', async (_, way) => {
  const runtime = way();
  const session = await runtime.open(productModel(), 2, CPU);
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
  const together = await Promise.all(seeds.map((seed) => run(runtime, session, operand(seed), operand(seed + 1))));
  for (const [index, seed] of seeds.entries()) {
    expect(together[index]).toEqual(await run(runtime, session, operand(seed), operand(seed + 1)));
  }
  await session.release();
});

test.each(Object.entries(ways))('%s: a damaged model and a wrong shape are refused in words', async (_, way) => {
  const runtime = way();
  await expect(runtime.open(new Uint8Array([8, 1, 2, 3]), 1, CPU)).rejects.toThrow(/model|protobuf|graph/i);
  const session = await runtime.open(productModel(), 1, CPU);
  const flat = runtime.tensor(new Float32Array(SIDE), [SIDE]);
  const wrong = session.run(
    { x: flat, y: flat },
    { product: runtime.tensor(new Float32Array(SIDE * SIDE), SHAPE), sum: runtime.tensor(new Float32Array(1), []) },
  );
  await expect(wrong).rejects.toThrow(/rank|dimension|shape/i);
  await session.release();
});

test('the direct way releases a tensor and a session once, however often it is asked to', async () => {
  const runtime = ways.direct();
  const session = await runtime.open(productModel(), 1, CPU);
  const tensor = runtime.tensor(new Float32Array(4), [4]);
  tensor.release();
  tensor.release();
  await session.release();
  await session.release();
});

test('a library that is not there is an error, not a crash', () => {
  expect(() => createDirectRuntime('/nowhere/libonnxruntime.so.1')).toThrow(/load shared library/i);
});

test('the process stays free while the kernels run', async () => {
  const runtime = ways.direct();
  const session = await runtime.open(productModel(), 1, CPU);
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  for (let runs = 0; runs < 100 && turns === 0; runs++) await run(runtime, session, operand(1), operand(2));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(0);
  await session.release();
});
