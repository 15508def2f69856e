import type { ListenAddress } from './configuration.js';
import type { Reader } from './reader.js';
import { settings } from './settings.js';
import { formatListenAddress } from './values/listen-address.js';
import type { Written } from './written.js';

/** Notes addresses of which the system gives only one: the same port, on the same address or on all of them. */
export function noteOverlaps(
  reader: Reader,
  listen: readonly ListenAddress[],
  monitor: readonly ListenAddress[],
): void {
  const clients = located(reader, settings.listen, listen);
  for (const [index, [address, written]] of clients.entries()) {
    const other = clients
      .slice(0, index)
      .find(([before]) => overlap(before, address) && !same(before, address));
    if (other !== undefined)
      reader.note(
        written,
        `names ${formatListenAddress(address)}, but ${formatListenAddress(other[0])} has that port already. Remove one of them.`,
      );
  }
  for (const [address, written] of located(reader, settings.monitor, monitor)) {
    const other = listen.find((client) => overlap(client, address));
    if (other !== undefined)
      reader.note(
        written,
        `names ${formatListenAddress(address)}, but "listen" has that port with ${formatListenAddress(other)}. Choose another port.`,
      );
  }
}

/** Whether both ask for one port of one address. `::` takes the addresses of IPv4 too. */
export function overlap(one: ListenAddress, other: ListenAddress): boolean {
  if (one.port !== other.port || one.port === 0) return false;
  if (one.host === other.host || one.host === '::' || other.host === '::') return true;
  const [everywhere, address] = one.host === '0.0.0.0' ? [one, other] : [other, one];
  return everywhere.host === '0.0.0.0' && !address.host.includes(':');
}

function same(one: ListenAddress, other: ListenAddress): boolean {
  return one.host === other.host && one.port === other.port;
}

/** Each address with what was written for it. With a broken one among them nobody knows which is which. */
function located(
  reader: Reader,
  setting: typeof settings.listen | typeof settings.monitor,
  addresses: readonly ListenAddress[],
): readonly (readonly [ListenAddress, Written])[] {
  const written = reader.written(setting).find((list) => list.length > 0) ?? [];
  if (written.length !== addresses.length) return [];
  return addresses.flatMap((address, index) => {
    const at = written[index];
    return at === undefined ? [] : [[address, at] as const];
  });
}
