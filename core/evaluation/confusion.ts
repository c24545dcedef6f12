/** Images of class t that were taken for class p, at [t][p]. */
export type ConfusionMatrix = readonly (readonly number[])[];

/** @param labels,predictions [images], each below `classes`. */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  classes: number,
): ConfusionMatrix {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let image = 0; image < labels.length; image += 1) {
    const row = matrix[labels[image] as number] as number[];
    const column = predictions[image] as number;
    row[column] = (row[column] ?? 0) + 1;
  }
  return matrix;
}

/** The share of each class's images that were recognised, in [0, 1]; undefined for a class without images. */
export function recalls(matrix: ConfusionMatrix): readonly (number | undefined)[] {
  return matrix.map((row, label) => {
    const images = row.reduce((sum, count) => sum + count, 0);
    return images === 0 ? undefined : (row[label] as number) / images;
  });
}
