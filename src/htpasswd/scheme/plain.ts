import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Scheme, UnusableHash } from './scheme.js';

const PREFIX = '{PLAIN}';

/** `{PLAIN}`: the password itself. Only behind its prefix: no other text is ever compared as it stands. */
export const plain: Scheme = {
  name: 'plain',
  cheap: true,
  recognises: (text) => text.startsWith(PREFIX),
  cost(text) {
    if (text === PREFIX) throw new UnusableHash('is an empty {PLAIN} password');
    return 1;
  },
  verify(text, password) {
    // Digests have one length, so that the time tells nothing about the stored password's.
    const stored = hash('sha256', text.slice(PREFIX.length), 'buffer');
    return timingSafeEqual(stored, hash('sha256', password, 'buffer'));
  },
  dummy: () => PREFIX + randomBytes(24).toString('base64'),
};
