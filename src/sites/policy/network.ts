import { isIP } from 'node:net';

/** A range of addresses. */
export interface Network {
  /** As dockgate's configuration writes it. */
  readonly text: string;
  readonly family: 4 | 6;
  readonly address: bigint;
  /** Length of the prefix. */
  readonly bits: number;
}

const width = { 4: 32, 6: 128 } as const;

/** An address or a range such as `10.0.0.0/8` or `10.0.0.0/255.0.0.0`; undefined for what is none. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', suffix, ...more] = text.split('/');
  const family = isIP(address);
  if ((family !== 4 && family !== 6) || more.length > 0 || address.includes('%')) return undefined;
  const bits = suffix === undefined ? width[family] : prefixOf(suffix, family);
  if (bits === undefined) return undefined;
  const isWhole = bits === width[family];
  const shift = BigInt(width[family] - bits);
  const value = (numberOf(address, family) >> shift) << shift;
  return { text: isWhole ? address : `${address}/${bits}`, family, address: value, bits };
}

/** The part that two ranges have in common; undefined: none. */
export function commonPart(one: Network, other: Network): Network | undefined {
  if (one.family !== other.family) return undefined;
  const [wide, narrow] = one.bits <= other.bits ? [one, other] : [other, one];
  const shift = BigInt(width[wide.family] - wide.bits);
  return wide.address >> shift === narrow.address >> shift ? narrow : undefined;
}

function prefixOf(text: string, family: 4 | 6): number | undefined {
  if (/^\d{1,3}$/.test(text)) return Number(text) <= width[family] ? Number(text) : undefined;
  if (family === 6 || isIP(text) !== 4) return undefined;
  const mask = numberOf(text, 4).toString(2).padStart(32, '0');
  return /^1*0*$/.test(mask) ? mask.replace(/0+$/, '').length : undefined;
}

function numberOf(address: string, family: 4 | 6): bigint {
  if (family === 4) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const tail = /:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  const plain =
    tail === undefined
      ? address
      : address.slice(0, -tail.length) +
        [numberOf(tail, 4) >> 16n, numberOf(tail, 4) & 0xffffn].map((part) => part.toString(16)).join(':');
  const [head = '', rest] = plain.split('::');
  const before = head.split(':').filter(Boolean);
  const after = (rest ?? '').split(':').filter(Boolean);
  const zeros = rest === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(zeros).fill('0'), ...after].reduce(
    (sum, part) => sum * 65_536n + BigInt(`0x${part}`),
    0n,
  );
}
