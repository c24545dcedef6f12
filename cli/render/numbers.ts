/** 1234567 → `1,234,567`. Fixed to one locale: output is compared and parsed. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** 1.53e12 → `1.53e12`, 3400 → `3,400`. */
export function formatLarge(value: number): string {
  return value < 1e6 ? formatCount(value) : value.toExponential(2).replace('e+', 'e');
}

/** 75.4 → `1:15`, 4000 → `1:06:40`; seconds in, rounded down, never negative. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const [hours, minutes, rest] = parts.map((part) => String(part).padStart(2, '0')) as [string, string, string];
  return parts[0] === 0 ? `${Number(minutes)}:${rest}` : `${Number(hours)}:${minutes}:${rest}`;
}

/** 8.24 → `8.2 s`, 133.9 → `2 min 14 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}

/** 0.957 → `95.7 %`. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Published and measured values: as many digits as they have, at most `digits` after the point. */
export function formatValue(value: number, digits = 2): string {
  return String(Number(value.toFixed(digits)));
}

/** 12345678 → `12 MB`, 5.4e9 → `5.4 GB`; never less than a megabyte. */
export function formatBytes(bytes: number): string {
  const megabytes = Math.max(1, Math.round(bytes / 1e6));
  return megabytes < 1000 ? `${megabytes} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
