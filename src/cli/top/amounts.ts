const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `12.3 MB`: four digits at most, so that columns stay narrow. */
export function bytes(amount: number): string {
  let value = amount;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? Math.round(value) : short(value)} ${UNITS[unit]}`;
}

/** How many a second. */
export function rate(perSecond: number): string {
  return perSecond >= 9_999.5 ? `${short(perSecond / 1000)}k` : short(perSecond);
}

/** A time that somebody waits for: `2.1 ms`, `1.2 s`. */
export function waiting(seconds: number | undefined): string {
  if (seconds === undefined) return '-';
  return seconds < 0.9995 ? `${short(seconds * 1000)} ms` : `${short(seconds)} s`;
}

/** A time that has gone by: `42s`, `3m07s`, `5h12m`, `3d04h`. */
export function age(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  if (whole < 86_400) return `${Math.floor(whole / 3_600)}h${two(Math.floor((whole % 3_600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d${two(Math.floor((whole % 86_400) / 3_600))}h`;
}

/** `0`, `0.12`, `1.2`, `123`. */
function short(value: number): string {
  if (value === 0) return '0';
  if (value >= 99.95) return String(Math.round(value));
  return value < 0.995 ? value.toFixed(2) : value.toFixed(1);
}
