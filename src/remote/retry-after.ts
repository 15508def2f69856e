/** Milliseconds that one wait takes at most, whatever the server says. */
const LONGEST = 60_000;

/**
 * How long to wait before the next attempt (RFC 9110 §10.2.3).
 *
 * @param value of `Retry-After`: seconds or a date. @param attempt counted from 1, for a server that does not say.
 * @returns milliseconds, one minute at most.
 */
export function waitingTime(value: string | undefined, attempt: number, now = Date.now()): number {
  const own = 1000 * 2 ** (attempt - 1);
  return Math.min(LONGEST, Math.max(0, stated(value, now) ?? own));
}

function stated(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : date - now;
}
