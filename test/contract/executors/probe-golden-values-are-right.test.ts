import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { traceStep } from '../../../engine/mod.ts';
import { GOLDEN } from '../../../engine/probe/golden.ts';
import { GOLDEN_NETWORK, goldenRun, goldenStep } from '../../../engine/probe/golden-step.ts';
import { gradientOf, velocityOf, weightShapes } from '../../../engine/probe/small-network.ts';
import { interpret } from '../../core/engine/float64.ts';

const { state, inputs } = goldenRun();
const graph = traceStep(goldenStep());
type Values = Readonly<Record<string, Float64Array>>;

/** The golden step in double precision, from the definitions of its operations. */
function runGolden(entries: Values): { readonly metrics: Values; readonly next: Values } {
  const values = interpret(graph, (role, name) => {
    if (role === 'scalars') return { shape: [], data: Float64Array.of(inputs.scalars[name] as number) };
    if (role === 'state') return { shape: state[name]?.shape ?? [], data: entries[name] as Float64Array };
    const { shape = [], data = [] } = inputs.batch[name] ?? {};
    return { shape, data: Float64Array.from(data) };
  });
  const named = (indices: Readonly<Record<string, number>>): Values =>
    Object.fromEntries(
      Object.entries(indices).map(([name, index]) => [name, Float64Array.from(values[index]?.data ?? [])]),
    );
  return { metrics: named(graph.outputs.metrics), next: named(graph.outputs.state) };
}

const initial = Object.fromEntries(
  Object.entries(state).map(([name, { data }]): [string, Float64Array] => [name, Float64Array.from(data)]),
);
const first = runGolden(initial);
const second = runGolden(first.next);
const expected = {
  loss: first.metrics['loss']?.[0] ?? Number.NaN,
  secondLoss: second.metrics['loss']?.[0] ?? Number.NaN,
  gradients: Object.fromEntries(
    Object.keys(weightShapes(GOLDEN_NETWORK)).map((weight) => [weight, [...(first.metrics[gradientOf(weight)] ?? [])]]),
  ),
};

test.runIf(process.env['TICKWORK_WRITE_GOLDEN'])('write them (TICKWORK_WRITE_GOLDEN=1)', () => {
  const digits = (value: number): string => String(Number(value.toPrecision(9)));
  const gradients = Object.entries(expected.gradients).map(
    ([weight, values]) => `    '${weight}': [${values.map(digits).join(', ')}],`,
  );
  const lines = [
    '/**',
    ' * Loss, gradients of the first step, and loss of the second, in double precision. Written by',
    ' * test/contract/executors/probe-golden-values-are-right.test.ts, which also verifies them.',
    ' */',
    'export const GOLDEN: {',
    '  readonly loss: number;',
    '  readonly secondLoss: number;',
    '  readonly gradients: Readonly<Record<string, readonly number[]>>;',
    '} = {',
    `  loss: ${digits(expected.loss)},`,
    `  secondLoss: ${digits(expected.secondLoss)},`,
    '  gradients: {',
    ...gradients,
    '  },',
    '};',
    '',
  ];
  writeFileSync(new URL('../../../engine/probe/golden.ts', import.meta.url), lines.join('\n'));
});

test('the stored loss and gradients are those of double precision', () => {
  expect(GOLDEN.loss).toBeCloseTo(expected.loss, 8);
  expect(GOLDEN.secondLoss).toBeCloseTo(expected.secondLoss, 8);
  expect(Object.keys(GOLDEN.gradients)).toEqual(Object.keys(expected.gradients));
  for (const [weight, values] of Object.entries(expected.gradients)) {
    const stored = GOLDEN.gradients[weight] ?? [];
    expect(stored).toHaveLength(values.length);
    for (const [index, value] of values.entries()) expect(stored[index]).toBeCloseTo(value, 8);
  }
});

/** A second opinion that shares no derivative with the first: central differences of the loss in double precision. */
test('the stored gradients are the slopes of the loss', () => {
  const h = 1e-5;
  const lossAt = (weight: string, index: number, change: number): number => {
    const moved = Float64Array.from(initial[weight] as Float64Array);
    moved[index] = (moved[index] as number) + change;
    return runGolden({ ...initial, [weight]: moved }).metrics['loss']?.[0] ?? Number.NaN;
  };
  for (const [weight, gradient] of Object.entries(GOLDEN.gradients)) {
    const largest = Math.max(...gradient.map(Math.abs));
    for (let index = 0; index < gradient.length; index += Math.ceil(gradient.length / 6)) {
      const slope = (lossAt(weight, index, h) - lossAt(weight, index, -h)) / (2 * h);
      expect(Math.abs(slope - (gradient[index] as number)) / largest, `${weight}[${index}]`).toBeLessThan(1e-6);
    }
  }
});

test('the golden step has what usually goes wrong: ties, negative inputs, velocities', () => {
  const images = inputs.batch['images']?.data ?? [];
  expect(images.filter((value) => value === 0).length).toBeGreaterThan(images.length / 3);
  expect(images.some((value) => value < 0)).toBe(true);
  expect(state[velocityOf('dense/kernel')]?.data.every((value) => value !== 0)).toBe(true);
  const kinds = new Set<string>(graph.nodes.map(({ operation }) => operation.kind));
  for (const kind of ['Conv2D', 'LRN', 'LRNGrad', 'MaxPool', 'MaxPoolGrad', 'MatMul', 'Exp', 'Log'])
    expect(kinds).toContain(kind);
});
