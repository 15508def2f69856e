import { hashSync, verifySync } from '@node-rs/bcrypt';
import { randomDigits } from './alphabet.js';
import { type Cost, type Scheme, UnusableHash } from './scheme.js';

/** Above this one login takes seconds, which is a lever for anybody who can reach the door. */
export const HIGHEST_BCRYPT_COST: Cost = 16;
export const LOWEST_BCRYPT_COST: Cost = 4;

// 22 digits hold the salt's 128 bits and 31 the digest's 184: the bits left over must be zero, as every writer leaves them.
const WHOLE = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]$/;

/** `$2a$`, `$2b$` and `$2y$`. As everywhere, only the first 72 bytes of a password count. */
export const bcrypt: Scheme = {
  name: 'bcrypt',
  cheap: false,
  recognises: (text) => /^\$2[aby]\$/.test(text),
  cost(text) {
    const digits = WHOLE.exec(text)?.[1];
    const cost = Number(digits);
    if (digits === undefined || cost < LOWEST_BCRYPT_COST)
      throw new UnusableHash('is not a whole bcrypt hash');
    if (cost > HIGHEST_BCRYPT_COST) {
      throw new UnusableHash(`has bcrypt cost ${cost}, above the highest allowed (${HIGHEST_BCRYPT_COST})`);
    }
    return cost;
  },
  verify: (text, password) => verifySync(password, text),
  dummy: (cost) => `$2y$${String(cost).padStart(2, '0')}$${randomDigits(21)}.${randomDigits(30)}.`,
};

/** @param cost {@link LOWEST_BCRYPT_COST} to {@link HIGHEST_BCRYPT_COST}. */
export function hashBcrypt(password: Uint8Array, cost: Cost): string {
  // The same algorithm under the name that Apache's tools write.
  return `$2y$${hashSync(password, cost).slice('$2b$'.length)}`;
}
