import { type IpAddress, isMapped, readWritten } from './ip-address.js';

interface Network {
  readonly words: IpAddress;
  readonly masks: readonly number[];
}

/** Some networks of clients: IP addresses and CIDR ranges (RFC 4632 §3.1). */
export class Networks {
  readonly #networks: readonly Network[];

  /** @throws {RangeError} for a text that is no network */
  constructor(texts: readonly string[]) {
    this.#networks = texts.map(parse);
  }

  contains(address: IpAddress): boolean {
    return this.#networks.some(({ words, masks }) => {
      if (words.length !== address.length) return false;
      for (let index = 0; index < words.length; index += 1) {
        if ((((address[index] ?? 0) ^ (words[index] ?? 0)) & (masks[index] ?? 0)) !== 0) return false;
      }
      return true;
    });
  }
}

/** Bits of the address beyond the prefix do not count. */
function parse(text: string): Network {
  const slash = text.indexOf('/');
  const words = readWritten(slash === -1 ? text : text.slice(0, slash));
  const longest = (words?.length ?? 0) * 32;
  const prefix = slash === -1 ? longest : readPrefix(text.slice(slash + 1));
  if (words === undefined || !(prefix <= longest)) {
    throw new RangeError(`${JSON.stringify(text)} is neither an IP address nor a CIDR range`);
  }
  // Clients of such a range are known by their IPv4 addresses.
  if (isMapped(words) && prefix >= 96) return { words: words.slice(3), masks: masksOf(1, prefix - 96) };
  return { words, masks: masksOf(words.length, prefix) };
}

function readPrefix(text: string): number {
  return /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
}

function masksOf(count: number, prefix: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const bits = Math.min(Math.max(prefix - index * 32, 0), 32);
    // A shift by 32 is none at all.
    return bits === 0 ? 0 : -1 << (32 - bits);
  });
}
