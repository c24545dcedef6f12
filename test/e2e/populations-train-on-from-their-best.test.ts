import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { fixture, startDemo } from '../support/demo-process.ts';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface TrialJson {
  readonly levels: readonly { readonly factor: string; readonly label: string }[];
  readonly metrics: readonly { readonly name: string; readonly value: number }[];
  readonly provenanceJson: string;
}

test('the members of a second generation begin from the very weights that the first left, the worst from those of another', async () => {
  await using demo = await startDemo(['--study', fixture('population-study.yaml'), '--keep']);
  const [, address = ''] = await demo.printed(/query\s+.*--coordinator (\S+) table population-1/);
  const tickwork = async (...words: string[]): Promise<string> =>
    (await promisify(execFile)(process.execPath, [PROGRAM, '--coordinator', address, ...words])).stdout;

  const { trials } = JSON.parse(await tickwork('trials', 'population-1', '--json')) as { trials: TrialJson[] };
  expect(trials).toHaveLength(8);
  const weightsOf = (kind: 'keptWeights' | 'initialWeights') =>
    new Map(
      trials.map(({ levels, provenanceJson }) => [
        levels.find(({ factor }) => factor === 'member')?.label,
        (JSON.parse(provenanceJson) as Record<string, { digest: string } | undefined>)[kind]?.digest,
      ]),
    );
  const [kept, initial] = [weightsOf('keptWeights'), weightsOf('initialWeights')];
  const [, replaced = '', by = ''] =
    /generation 2 of 2; replaced (m\d) by (m\d)/.exec(await tickwork('why', 'population-1')) ?? [];
  expect(replaced).not.toBe(by);
  for (const member of ['m1', 'm2', 'm3', 'm4']) {
    expect(initial.get(`g1-${member}`)).toBeUndefined();
    expect(initial.get(`g2-${member}`)).toBe(kept.get(`g1-${member === replaced ? by : member}`));
  }
  expect(new Set(kept.values()).size).toBe(8);
});
