import { setTimeout as delay } from 'node:timers/promises';

/** Waits until a condition holds; fails with a sentence when it never does. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limit = 20_000,
): Promise<void> {
  const end = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`this did not happen within ${limit} ms: ${what}`);
    await delay(10);
  }
}
