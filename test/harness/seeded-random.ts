import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';

/** Numbers from 0 up to, not including, `end`; the same for the same seed. */
export type Below = (end: number) => number;

/** Random numbers for one test. The seed comes from DOCKGATE_TEST_SEED, or is random, and is printed. */
export function seededRandom(test: TestContext): Below {
  const seed = Number(process.env['DOCKGATE_TEST_SEED'] ?? randomInt(2 ** 31));
  test.diagnostic(`DOCKGATE_TEST_SEED=${seed}`);
  // The generator of Lehmer with the multiplier 48271: exact in doubles, and even enough to pick test data with.
  let state = (seed % 2_147_483_646) + 1;
  return (end) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % end;
  };
}
