import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';

/** Random numbers that come again with the same seed. */
export interface Seeded {
  /** From 0 up to, not including, `end`. */
  below(end: number): number;
  /** Bytes 1 to 255: what crypt(3) can take. */
  bytes(length: number): Buffer;
  /** A text of as many bytes in UTF-8, with characters of one to four bytes and no control characters. */
  text(bytes: number): string;
}

const CHARACTERS = [...'abcXYZ019 :$/.{}#"\\', 'ä', 'ß', 'ﬁ', '密', '🐳'];

/** Takes the seed from DOCKGATE_TEST_SEED, or a random one, and says which. */
export function seeded(context: TestContext): Seeded {
  const seed = Number(process.env['DOCKGATE_TEST_SEED'] ?? randomInt(2 ** 31));
  context.diagnostic(`DOCKGATE_TEST_SEED=${seed}`);
  let state = seed >>> 0;
  const below = (end: number): number => {
    // xorshift over a Weyl sequence: even enough for picking passwords.
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) % end;
  };
  return {
    below,
    bytes: (length) => Buffer.from(Array.from({ length }, () => 1 + below(255))),
    text(bytes) {
      let text = '';
      for (let left = bytes; left > 0; ) {
        const character = CHARACTERS[below(CHARACTERS.length)] ?? 'x';
        const size = Buffer.byteLength(character);
        if (size > left) continue;
        text += character;
        left -= size;
      }
      return text;
    },
  };
}
