import { readFileSync } from 'node:fs';
import { parse, stringify } from 'yaml';

/** The demo's study, cut to its twelve trials of a single scale and to one train epoch. */
export function singleScaleStudy(demoFile: string): string {
  const { published: _, ...study } = parse(readFileSync(demoFile, 'utf8')) as {
    readonly published: unknown;
    readonly parameters: Readonly<Record<string, unknown>>;
  };
  return stringify({
    ...study,
    study: 'bench-sweep',
    parameters: { ...study.parameters, trainEpochs: 1 },
    where: 'scale == "S=32"',
  });
}
