const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};
const TEXT = /^(\d{1,15}(?:\.\d{1,6})?)\s*([A-Za-z]{0,3})$/;

/** `12 GiB`, `500MB`, or a number of bytes. @returns undefined for anything else. */
export function parseBytes(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  const [, digits, unit = ''] = (typeof value === 'string' && TEXT.exec(value.trim())) || [];
  const factor = UNITS[unit.toUpperCase()];
  return digits === undefined || factor === undefined ? undefined : Math.round(Number(digits) * factor);
}

/** 12.3 GiB, 512 MiB, 3 KiB. */
export function bytesText(bytes: number): string {
  for (const [unit, size] of [
    ['GiB', 2 ** 30],
    ['MiB', 2 ** 20],
    ['KiB', 2 ** 10],
  ] as const) {
    if (bytes >= size) return `${Number((bytes / size).toFixed(bytes >= 100 * size ? 0 : 1))} ${unit}`;
  }
  return `${bytes} B`;
}
