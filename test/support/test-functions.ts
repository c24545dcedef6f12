/** Functions with known minima over the unit cube (Dixon & Szegő 1978; Rosenbrock 1960). */

type Point = readonly number[];

/** 2 dimensions; 0.397887 at three places. */
export function branin([u = 0, v = 0]: Point): number {
  const [x, y] = [15 * u - 5, 15 * v];
  const b = 5.1 / (4 * Math.PI ** 2);
  return (y - b * x ** 2 + (5 / Math.PI) * x - 6) ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

const HARTMANN_A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN_P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];
const HARTMANN_C = [1, 1.2, 3, 3.2];

/** 6 dimensions; -3.32237 at (0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573). */
export function hartmann6(point: Point): number {
  return -HARTMANN_C.reduce((sum, c, i) => {
    const inner = point.reduce(
      (total, x, d) => total + (HARTMANN_A[i]?.[d] ?? 0) * (x - (HARTMANN_P[i]?.[d] ?? 0)) ** 2,
      0,
    );
    return sum + c * Math.exp(-inner);
  }, 0);
}

/** 0 at 0.3 in every dimension. */
export function sphere(point: Point): number {
  return point.reduce((sum, u) => sum + (10 * (u - 0.3)) ** 2, 0);
}

/** On [-2, 2]^n; 0 at (1, …, 1). */
export function rosenbrock(point: Point): number {
  const x = point.map((u) => 4 * u - 2);
  return x
    .slice(1)
    .reduce((sum, next, i) => sum + 100 * (next - (x[i] as number) ** 2) ** 2 + (1 - (x[i] as number)) ** 2, 0);
}
