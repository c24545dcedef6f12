import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createGrid } from '../../../core/grid/grid.ts';
import { loadStudy } from '../../../core/study/load-study.ts';

const folder = new URL('../../../examples/studies/', import.meta.url);
/** What the first comment of each file promises. */
const TRIALS: Readonly<Record<string, number>> = {
  'coarse-to-fine.yaml': 12,
  'components.yaml': 15,
  'evaluate-many.yaml': 18,
  'fashion-mnist-vgg8-b.yaml': 1,
  'image-folder.yaml': 18,
  'learning-rate-finer.yaml': 36,
  'learning-rate.yaml': 24,
  'lrn-ablation.yaml': 20,
  'optimisers.yaml': 22,
  'random-search.yaml': 16,
  'transfer.yaml': 18,
  'vgg-a-for-deeper-nets.yaml': 5,
  'vgg-deeper-from-a.yaml': 30,
};

describe('examples/studies', () => {
  it('has the files that are promised', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(TRIALS).sort());
  });

  it.each(Object.entries(TRIALS))('%s is a valid study of %i trials', (file, trials) => {
    const study = loadStudy(readFileSync(new URL(file, folder), 'utf8'));
    expect(createGrid(study).countConfigurations() * study.seeds.length).toBe(trials);
  });
});
