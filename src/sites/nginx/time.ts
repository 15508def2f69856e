const units: Readonly<Record<string, number>> = {
  ms: 1,
  '': 1_000,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
};

/** Milliseconds of a time such as `900`, `15m` or `1h 30m`; undefined for what is none. */
export function timeOf(text: string): number | undefined {
  if (!/^(?:\d{1,9}(?:ms|[smhdwMy])?\s*){1,8}$/.test(text)) return undefined;
  let sum = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+)(ms|[smhdwMy])?/g)) {
    sum += Number(number) * (units[unit] ?? 0);
  }
  return sum;
}
