import { isSame, randomDigits } from './alphabet.js';
import { type Cost, type Scheme, UnusableHash } from './scheme.js';
import { type ShaVariant, sha256Variant, sha512Variant, shaDigest } from './sha-digest.js';

/** What a hash without `rounds=` means. */
export const DEFAULT_SHA_ROUNDS: Cost = 5000;
/** The algorithm's own floor. */
export const LOWEST_SHA_ROUNDS: Cost = 1000;
/** Above this one login takes seconds, which is a lever for anybody who can reach the door. */
export const HIGHEST_SHA_ROUNDS: Cost = 1_000_000;

const SALT_DIGITS = 16;

interface ShaCrypt {
  readonly scheme: Scheme;
  hash(password: Uint8Array, rounds: Cost): string;
}

interface Parts {
  readonly rounds: Cost;
  readonly salt: string;
}

function shaCrypt(name: 'sha256' | 'sha512', prefix: string, variant: ShaVariant): ShaCrypt {
  const whole = new RegExp(
    `^(?:rounds=([1-9]\\d*)\\$)?(?!rounds=)([!-#%-9;-~]{0,16})\\$[./0-9A-Za-z]{${variant.digits - 1}}[${variant.lastDigits}]$`,
  );
  const setting = (rounds: Cost, salt: string): string =>
    `${prefix}${rounds === DEFAULT_SHA_ROUNDS ? '' : `rounds=${rounds}$`}${salt}$`;

  function parts(text: string): Parts {
    const found = whole.exec(text.slice(prefix.length));
    if (found === null) throw new UnusableHash(`is not a whole ${prefix} hash`);
    const rounds = found[1] === undefined ? DEFAULT_SHA_ROUNDS : Number(found[1]);
    if (rounds < LOWEST_SHA_ROUNDS) {
      throw new UnusableHash(
        `names ${rounds} rounds, fewer than ${prefix} hashes can have (${LOWEST_SHA_ROUNDS})`,
      );
    }
    if (rounds > HIGHEST_SHA_ROUNDS) {
      throw new UnusableHash(`names ${rounds} rounds, more than allowed (${HIGHEST_SHA_ROUNDS})`);
    }
    return { rounds, salt: found[2] ?? '' };
  }

  const scheme: Scheme = {
    name,
    cheap: false,
    recognises: (text) => text.startsWith(prefix),
    cost: (text) => parts(text).rounds,
    verify(text, password) {
      const { rounds, salt } = parts(text);
      return isSame(shaDigest(variant, password, salt, rounds), text.slice(-variant.digits));
    },
    dummy: (rounds) => `${setting(rounds, randomDigits(SALT_DIGITS))}${randomDigits(variant.digits - 1)}.`,
  };
  return {
    scheme,
    hash(password, rounds) {
      const salt = randomDigits(SALT_DIGITS);
      return setting(rounds, salt) + shaDigest(variant, password, salt, rounds);
    },
  };
}

/** `$5$`, SHA-crypt over SHA-256. */
export const sha256Crypt = shaCrypt('sha256', '$5$', sha256Variant);
/** `$6$`, SHA-crypt over SHA-512. */
export const sha512Crypt = shaCrypt('sha512', '$6$', sha512Variant);
