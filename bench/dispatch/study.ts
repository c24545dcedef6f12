const TENTHS = '[0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]';

/** A study of so many cells that any worker of the bench takes. */
export function idleStudy(name: string, cells: number): string {
  return `${header(name)}
factors:
  learningRate: { from: 1e-6, to: 0.1, count: ${cells} }
`;
}

/** A table of so many rows: a multiple of 1,000. */
export function tableStudy(name: string, rows: number): string {
  return `${header(name)}
factors:
  learningRate: { from: 1e-6, to: 0.1, count: ${rows / 100} }
  dropout: ${TENTHS}
  momentum: ${TENTHS}
`;
}

/** 10^7 cells of seven factors with ten levels each. @param where a constraint; none: all cells. */
export function largeStudy(name: string, where?: string): string {
  return `${header(name)}
factors:
  learningRate: { from: 0.001, to: 0.01, step: 0.001 }
  dropout: ${TENTHS}
  momentum: ${TENTHS}
  weightDecay: ${TENTHS}
  colourShift: ${TENTHS}
  biasRate: ${TENTHS}
  biasDecay: ${TENTHS}
${where === undefined ? '' : `where: ${JSON.stringify(where)}\n`}`;
}

function header(name: string): string {
  return `study: ${name}
parameters: { network: vgg8, config: A, dataset: fashion-mnist, trainImages: 1000, testImages: 100,
              trainEpochs: 1, batchSize: 64, trainScale: 32, testScale: 32 }`;
}
