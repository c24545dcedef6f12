import type { Layer } from './description.ts';

/** Filters of 1×1, 3×3 reduce, 3×3, 5×5 reduce, 5×5 and pool projection. */
export type InceptionWidths = readonly [number, number, number, number, number, number];

/** Four branches from one source, joined along the channels in the order of the paper's figure 2b. */
export function inception(number: string, source: string, widths: InceptionWidths): readonly Layer[] {
  const [one, reduceThree, three, reduceFive, five, projection] = widths;
  const name = (part: string): string => `inception-${number}-${part}`;
  const conv = (part: string, filters: number, size: number, from?: string): Layer => ({
    kind: 'conv',
    name: name(part),
    filters,
    size,
    pad: (size - 1) / 2,
    relu: true,
    ...(from === undefined ? {} : { from: [from] }),
  });
  return [
    conv('1x1', one, 1, source),
    conv('3x3-reduce', reduceThree, 1, source),
    conv('3x3', three, 3),
    conv('5x5-reduce', reduceFive, 1, source),
    conv('5x5', five, 5),
    { kind: 'max-pool', name: name('pool'), size: 3, stride: 1, pad: 1, from: [source] },
    conv('projection', projection, 1),
    {
      kind: 'concat',
      name: `inception-${number}`,
      from: ['1x1', '3x3', '5x5', 'projection'].map(name),
    },
  ];
}
