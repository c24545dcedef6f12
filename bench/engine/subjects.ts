import { setUnits } from '../../core/networks/ablation.ts';
import type { NetworkDescription } from '../../core/networks/description.ts';
import { vgg, vgg8 } from '../../core/networks/vgg.ts';

/** A network whose training step is timed. */
export interface Subject {
  readonly name: string;
  readonly batch: number;
  readonly description: NetworkDescription;
  /** Which of the two goals it counts for. */
  readonly group: 'full width' | 'eighth width' | 'gpu';
}

// Without dropout on either side: PyTorch would draw its masks within the step, we before it.
const RGB = { channels: 3, classes: 10, dropout: 0 } as const;
const GREY = { channels: 1, classes: 10, dropout: 0 } as const;

const eighth = (config: string): Subject => ({
  name: `VGG/8-${config}`,
  batch: 64,
  description: vgg8(config, GREY),
  group: 'eighth width',
});

export const CPU_SUBJECTS: readonly Subject[] = [
  {
    name: 'VGG-A/32',
    batch: 32,
    description: { ...setUnits({ fc6: 512, fc7: 512 })(vgg('A', RGB)), title: 'VGG-A/32', side: 32 },
    group: 'full width',
  },
  eighth('A'),
  eighth('D'),
  eighth('E'),
];

export const GPU_SUBJECTS: readonly Subject[] = [
  { name: 'VGG-D/224', batch: 64, description: vgg('D', { channels: 3, classes: 1000, dropout: 0 }), group: 'gpu' },
];

export function subjectNamed(name: string): Subject {
  const subject = [...CPU_SUBJECTS, ...GPU_SUBJECTS].find((candidate) => candidate.name === name);
  if (subject === undefined) throw new RangeError(`Expected a subject of the benchmark, got '${name}'.`);
  return subject;
}
