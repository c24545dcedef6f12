/** A symmetric matrix as its lower triangle, row by row: entry (i, j), j ≤ i, is at i (i + 1) / 2 + j. */
export type Triangle = Float64Array;

const at = (i: number, j: number): number => (i * (i + 1)) / 2 + j;

export function triangle(n: number, entry: (i: number, j: number) => number): Triangle {
  const a = new Float64Array(at(n, 0));
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[at(i, j)] = entry(i, j);
  return a;
}

/**
 * The lower triangular L with L Lᵀ = A (Golub & Van Loan, Matrix Computations, §4.2).
 * @returns undefined when A is not positive definite.
 */
export function cholesky(a: Triangle, n: number): Triangle | undefined {
  const l = new Float64Array(a.length);
  for (let i = 0; i < n; i++) {
    const row = at(i, 0);
    for (let j = 0; j <= i; j++) {
      const other = at(j, 0);
      let sum = a[row + j] as number;
      for (let k = 0; k < j; k++) sum -= (l[row + k] as number) * (l[other + k] as number);
      if (i > j) l[row + j] = sum / (l[other + j] as number);
      else if (sum > 0) l[row + i] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return l;
}

/** x with L x = b. */
export function solveLower(l: Triangle, b: readonly number[]): number[] {
  const x: number[] = [];
  for (const [i, value] of b.entries()) {
    const row = at(i, 0);
    let sum = value;
    for (let k = 0; k < i; k++) sum -= (l[row + k] as number) * (x[k] as number);
    x.push(sum / (l[row + i] as number));
  }
  return x;
}

/** x with Lᵀ x = b. */
export function solveUpper(l: Triangle, b: readonly number[]): number[] {
  const n = b.length;
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number;
    for (let k = i + 1; k < n; k++) sum -= (l[at(k, i)] as number) * (x[k] as number);
    x[i] = sum / (l[at(i, i)] as number);
  }
  return x;
}

/** log det A of the matrix that L belongs to. */
export function logDeterminant(l: Triangle, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += 2 * Math.log(l[at(i, i)] as number);
  return sum;
}
