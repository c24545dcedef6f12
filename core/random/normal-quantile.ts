/**
 * Inverse of the standard normal distribution function: Wichura, "Algorithm AS 241: the percentage points of the normal
 * distribution", Applied Statistics 37(3), 1988, routine PPND16 without its outermost branch (p < 10^-11).
 *
 * Only +, −, ×, ÷ and square roots are used, which IEEE 754 rounds the same way everywhere. Box–Muller would need
 * `Math.log` and `Math.cos`, whose last bit ECMAScript leaves to the implementation, and with it the initial weights.
 * @param probability in [10^-11, 1 − 10^-11].
 */
export function standardNormalQuantile(probability: number): number {
  const q = probability - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_NUMERATOR, r)) / polynomial(CENTRE_DENOMINATOR, r);
  }
  const r = Math.sqrt(-naturalLogarithm(q < 0 ? probability : 1 - probability)) - 1.6;
  const magnitude = polynomial(TAIL_NUMERATOR, r) / polynomial(TAIL_DENOMINATOR, r);
  return q < 0 ? -magnitude : magnitude;
}

/** x is halved or doubled (exactly) into [√½, √2), where ln x = 2·artanh((x−1)/(x+1)) converges by 1/34 a term. */
function naturalLogarithm(value: number): number {
  let x = value;
  let exponent = 0;
  for (; x < Math.SQRT1_2; exponent -= 1) x *= 2;
  for (; x >= Math.SQRT2; exponent += 1) x /= 2;
  const ratio = (x - 1) / (x + 1);
  const square = ratio * ratio;
  let series = 0;
  for (let odd = 23; odd >= 1; odd -= 2) series = series * square + 1 / odd;
  return exponent * Math.LN2 + 2 * ratio * series;
}

/** Horner, highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (const coefficient of coefficients) sum = sum * x + coefficient;
  return sum;
}

/** The published 20 digits, shortened to those that name the same double. */
const CENTRE_NUMERATOR = [
  2509.0809287301227, 33430.57558358813, 67265.7709270087, 45921.95393154987, 13731.69376550946, 1971.5909503065513,
  133.14166789178438, 3.3871328727963665,
];
const CENTRE_DENOMINATOR = [
  5226.495278852854, 28729.085735721943, 39307.89580009271, 21213.794301586597, 5394.196021424751, 687.1870074920579,
  42.31333070160091, 1,
];
const TAIL_NUMERATOR = [
  0.0007745450142783414, 0.022723844989269184, 0.2417807251774506, 1.2704582524523684, 3.6478483247632045,
  5.769497221460691, 4.630337846156546, 1.4234371107496835,
];
const TAIL_DENOMINATOR = [
  1.0507500716444169e-9, 0.0005475938084995345, 0.015198666563616457, 0.14810397642748008, 0.6897673349851,
  1.6763848301838038, 2.053191626637759, 1,
];
