import fc, { type Arbitrary } from 'fast-check';
import { TickworkError } from '../../core/errors.ts';
import { loadStudy } from '../../core/study/load-study.ts';

const GOOD = `study: fuzz
seeds: [1]
parameters: { network: vgg8, dataset: fashion-mnist, trainImages: 64, testImages: 10, trainEpochs: 1, batchSize: 64, learningRate: 0.02, trainScale: 32, testScale: 32 }
factors:
  config: [A, B]
`;

const fieldLine: Arbitrary<string> = fc.constantFrom(
  'where: learningRate < 0.03 or config == "A"',
  'where: "((((((((((((((((((((((1))))))))))))))))))))))"',
  'where: config.constructor("return process")() == 1',
  'seeds: 1e9',
  'seeds: [1, 1]',
  'seeds: -3',
  'parameters: []',
  'factors: {}',
  'factors: { learningRate: { from: 0, to: .inf, count: 3 } }',
  'factors: { learningRate: { from: 0.1, to: 0.2, count: 99999999 } }',
  'factors: { batchSize: [.nan, -.inf, 0] }',
  '__proto__: { polluted: true }',
  'constructor: { prototype: { polluted: true } }',
  'table: { metrics: [nothing] }',
  'study: "../../etc"',
  'study: !!js/function "function () { return 1 }"',
  'title: !!binary aGVsbG8=',
  '? [complex, key]\n: value',
  '<<: { study: merged }',
  '- a list at the wrong place',
  '"unterminated',
  '\ttabs: here',
  '%YAML 9.9',
  '---\nsecond: document',
);

const bombs: Arbitrary<string> = fc.oneof(
  // Each level refers ten times to the one below: 10^n when spelt out.
  fc.integer({ min: 3, max: 12 }).map((levels) => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < levels; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(', ')}]`,
      );
    return lines.join('\n');
  }),
  fc.integer({ min: 1, max: 5_000 }).map((depth) => `study: ${'['.repeat(depth)}${']'.repeat(depth)}`),
  fc
    .integer({ min: 1, max: 2_000 })
    .map((depth) => Array.from({ length: depth }, (_, i) => `${' '.repeat(i)}k:`).join('\n')),
  fc.integer({ min: 1, max: 5_000 }).map((n) => `where: ${'not ('.repeat(n)}config == "A"${')'.repeat(n)}`),
  fc.integer({ min: 1, max: 30_000 }).map((n) => `factors: { config: [${'A,'.repeat(n)}B] }`),
  fc.integer({ min: 100_000, max: 200_000 }).map((n) => `title: ${'x'.repeat(n)}`),
  fc.constant('loop: &loop { self: *loop }'),
  fc
    .integer({ min: 10, max: 90 })
    .map(
      (n) => `factors:\n${Array.from({ length: n }, (_, i) => `  f${i}: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]`).join('\n')}`,
    ),
);

/** Studies: good ones, good ones with lines that are not, bombs, and text that is none. */
export const studyYaml: Arbitrary<string> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(GOOD) },
  { weight: 4, arbitrary: fc.array(fieldLine, { minLength: 1, maxLength: 3 }).map((lines) => GOOD + lines.join('\n')) },
  { weight: 2, arbitrary: bombs },
  { weight: 1, arbitrary: bombs.map((bomb) => GOOD + bomb) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(GOOD.length), fc.string({ unit: 'binary', maxLength: 8 }))
      .map(([at, text]) => GOOD.slice(0, at) + text + GOOD.slice(at + 3)),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
);

/** What the core says of a study, asked here: the coordinator has to say the same. @param travelled the text as it arrives. */
export function verdictOf(travelled: string): string {
  try {
    loadStudy(travelled);
    return 'OK';
  } catch (error) {
    if (error instanceof TickworkError) return error.code;
    throw error;
  }
}
