export interface EigenPair {
  readonly value: number;
  /** Of length 1. */
  readonly vector: readonly number[];
}

const SWEEPS = 32;

/**
 * Eigenvalues and eigenvectors of a small symmetric matrix, largest value first (Jacobi's rotations; Golub & Van Loan,
 * Matrix Computations, §8.5). The first component of a vector that is not zero is positive.
 * @param matrix row by row.
 */
export function symmetricEigen(matrix: readonly (readonly number[])[]): readonly EigenPair[] {
  const size = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = matrix.map((_, i) => Array.from({ length: size }, (_, j) => Number(i === j)));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (let p = 0; p < size; p += 1) for (let q = p + 1; q < size; q += 1) rotate(a, v, p, q);
  }
  return a
    .map((row, i) => ({ value: row[i] as number, vector: oriented(v.map((line) => line[i] as number)) }))
    .sort((one, other) => other.value - one.value);
}

function rotate(a: number[][], v: number[][], p: number, q: number): void {
  const at = (row: number, column: number): number => a[row]?.[column] ?? 0;
  if (at(p, q) === 0) return;
  const theta = (at(q, q) - at(p, p)) / (2 * at(p, q));
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (const rows of [a, v]) {
    for (const row of rows) {
      const [left, right] = [row[p] as number, row[q] as number];
      row[p] = cosine * left - sine * right;
      row[q] = sine * left + cosine * right;
    }
  }
  const [upper, lower] = [a[p] as number[], a[q] as number[]];
  for (let column = 0; column < a.length; column += 1) {
    const [top, bottom] = [upper[column] as number, lower[column] as number];
    upper[column] = cosine * top - sine * bottom;
    lower[column] = sine * top + cosine * bottom;
  }
}

function oriented(vector: readonly number[]): readonly number[] {
  const leading = vector.find((value) => Math.abs(value) > 1e-9) ?? 1;
  return leading < 0 ? vector.map((value) => -value) : vector;
}
