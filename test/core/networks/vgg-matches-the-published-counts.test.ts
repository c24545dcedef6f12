import { describe, expect, it } from 'vitest';
import { countMultiplyAccumulates, countParameters, countWeightLayers } from '../../../core/networks/counts.ts';
import { inferShapes } from '../../../core/networks/shapes.ts';
import { VGG_CONFIGS, VGG8_CONFIGS, vgg, vgg8 } from '../../../core/networks/vgg.ts';

const IMAGENET = { channels: 3, classes: 1000, dropout: 0.5 };
const GREY = { channels: 1, classes: 10, dropout: 0.5 };

/** Parameters of Simonyan & Zisserman's Table 1 networks, the paper's Table 2 to the last digit. */
const PUBLISHED = {
  A: { depth: 11, parameters: 132_863_336 },
  'A-LRN': { depth: 11, parameters: 132_863_336 },
  B: { depth: 13, parameters: 133_047_848 },
  C: { depth: 16, parameters: 133_638_952 },
  D: { depth: 16, parameters: 138_357_544 },
  E: { depth: 19, parameters: 143_667_240 },
};

const SCALED = {
  A: { parameters: 236_074, macs: 2_212_224 },
  'A-LRN': { parameters: 236_074, macs: 2_212_224 },
  B: { parameters: 238_978, macs: 3_115_392 },
  C: { parameters: 248_354, macs: 3_239_296 },
  D: { parameters: 322_082, macs: 4_230_528 },
  E: { parameters: 405_186, macs: 5_345_664 },
};

describe('VGG', () => {
  it('has the configurations of the paper, by their names and in its order', () => {
    expect(VGG_CONFIGS).toEqual([...Object.keys(PUBLISHED), 'B-5x5']);
    expect(VGG8_CONFIGS).toEqual(VGG_CONFIGS);
  });

  it.each(Object.entries(PUBLISHED))('%s has the published depth and parameters', (config, { depth, parameters }) => {
    const description = vgg(config, IMAGENET);
    expect(countWeightLayers(description)).toBe(depth);
    expect(countParameters(description)).toBe(parameters);
  });

  it.each(Object.entries(SCALED))('VGG/8 %s keeps the depth at a small cost', (config, { parameters, macs }) => {
    const description = vgg8(config, GREY);
    expect(countWeightLayers(description)).toBe(PUBLISHED[config as keyof typeof PUBLISHED].depth);
    expect(countParameters(description)).toBe(parameters);
    expect(countMultiplyAccumulates(description)).toBe(macs);
  });

  it('costs 144 parameters more for colour images', () => {
    for (const config of Object.keys(SCALED)) {
      const colour = countParameters(vgg8(config, { ...GREY, channels: 3 }));
      expect(colour - countParameters(vgg8(config, GREY))).toBe(144);
    }
  });

  it('shrinks 224 pixels to 7×7×512 and 28 pixels to 3×3×64 before the fully connected layers', () => {
    const beforeFlatten = (description: ReturnType<typeof vgg>) =>
      inferShapes(description).find(({ layer }) => layer.kind === 'flatten')?.input;
    for (const config of VGG_CONFIGS) {
      expect(beforeFlatten(vgg(config, IMAGENET))).toEqual([7, 7, 512]);
      expect(beforeFlatten(vgg8(config, GREY))).toEqual([3, 3, 64]);
    }
  });

  it('normalises once, after the first convolution, and only in A-LRN', () => {
    for (const config of VGG8_CONFIGS) {
      const kinds = vgg8(config, GREY).layers.map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'lrn')).toHaveLength(config === 'A-LRN' ? 1 : 0);
      expect(kinds.slice(0, 2)).toEqual(config === 'A-LRN' ? ['conv', 'lrn'] : ['conv', kinds[1]]);
    }
    expect(vgg8('A-LRN', GREY).layers[1]).toMatchObject({ size: 5, kappa: 2, alpha: 1e-4, beta: 0.75 });
  });

  it('leaves dropout out at rate 0', () => {
    expect(vgg8('A', { ...GREY, dropout: 0 }).layers.some(({ kind }) => kind === 'dropout')).toBe(false);
    expect(vgg8('A', GREY).layers.filter(({ kind }) => kind === 'dropout')).toHaveLength(2);
  });

  it('refuses a configuration it does not have, by name', () => {
    for (const config of ['F', '', 'toString', '__proto__']) {
      expect(() => vgg8(config, GREY)).toThrow(/Expected config to be one of A, A-LRN, B, C, D, E, B-5x5, got/);
    }
  });
});
