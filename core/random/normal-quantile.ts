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

const CENTRE_NUMERATOR = [
  2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
  1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.387132872796366608,
];
const CENTRE_DENOMINATOR = [
  5.226495278852854561e3, 2.8729085735721942674e4, 3.930789580009271061e4, 2.1213794301586595867e4,
  5.3941960214247511077e3, 6.871870074920579083e2, 4.2313330701600911252e1, 1,
];
const TAIL_NUMERATOR = [
  7.7454501427834140764e-4, 2.27238449892691845833e-2, 2.4178072517745061177e-1, 1.27045825245236838258,
  3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
];
const TAIL_DENOMINATOR = [
  1.05075007164441684324e-9, 5.475938084995344946e-4, 1.51986665636164571966e-2, 1.4810397642748007459e-1,
  6.8976733498510000455e-1, 1.6763848301838038494, 2.05319162663775882187, 1,
];
