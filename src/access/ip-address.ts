import { isIP } from 'node:net';

/** An address as 32-bit numbers: one for IPv4, four for IPv6. */
export type IpAddress = readonly number[];

/**
 * Reads an IP address. IPv4 within IPv6 (RFC 4291 §2.5.5.2), as sockets for both versions show it, counts as IPv4; a zone
 * (`%eth0`) is left out.
 *
 * @returns undefined when it is none.
 */
export function readAddress(text: string): IpAddress | undefined {
  const address = readWritten(text);
  return address !== undefined && isMapped(address) ? address.slice(3) : address;
}

/** As {@link readAddress}, with IPv4 within IPv6 left as it is. */
export function readWritten(text: string): IpAddress | undefined {
  switch (isIP(text)) {
    case 4:
      return [readIPv4(text)];
    case 6:
      return readIPv6(text);
    default:
      return undefined;
  }
}

/** Whether an address is IPv4 within IPv6. */
export function isMapped(address: IpAddress): boolean {
  return address.length === 4 && address[0] === 0 && address[1] === 0 && address[2] === 0xffff;
}

function readIPv4(text: string): number {
  let value = 0;
  let byte = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 0x2e) {
      value = value * 256 + byte;
      byte = 0;
    } else byte = byte * 10 + code - 0x30;
  }
  return value * 256 + byte;
}

function readIPv6(text: string): IpAddress {
  const zone = text.indexOf('%');
  const [left = '', right] = (zone === -1 ? text : text.slice(0, zone)).split('::');
  const head = readWords(left);
  const tail = right === undefined ? [] : readWords(right);
  const words = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return [0, 2, 4, 6].map((index) => (words[index] ?? 0) * 65_536 + (words[index + 1] ?? 0));
}

/** Words of 16 bits; the last two may be written as IPv4. */
function readWords(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    if (!part.includes('.')) return [Number.parseInt(part, 16)];
    const value = readIPv4(part);
    return [Math.floor(value / 65_536), value % 65_536];
  });
}
