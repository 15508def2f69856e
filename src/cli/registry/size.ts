const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'];

/** Bytes for people, in powers of 1000 as docker shows them: `512 B`, `1.5 kB`, `20.3 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}
