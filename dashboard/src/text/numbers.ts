const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 236074 → `236,074`. */
export const formatCount = (value: number): string => whole.format(value);

/** Share, 0 to 1 → `98 %`. */
export const formatShare = (share: number): string => `${whole.format(share * 100)} %`;

/** A measured value: two decimals for percentages, as papers print them, else four significant digits. */
export function formatValue(value: number, unit: string): string {
  if (unit === '%') return value.toFixed(2);
  return Math.abs(value) >= 1000 ? whole.format(value) : value.toPrecision(4);
}

/** Digits after the point that the values of a column need: JSON drops the zero of 27.0, its neighbours 25.6 and 28.7 restore it. */
export const decimalsOf = (values: readonly number[]): number =>
  Math.max(0, ...values.map((value) => String(value).split('.')[1]?.length ?? 0));
