import { BlockList, isIP, isIPv6 } from 'node:net';
import type { RequestHead } from './request-head.js';

/** Who asks and by which name, after what trusted proxies say. */
export interface Client {
  /** The client's IP address. */
  readonly address: string;
  /** `X-Forwarded-For` for the next hop: what trusted proxies reported, and our peer. */
  readonly chain: string;
  readonly protocol: 'https' | 'http';
  /** Authority that the client used, byte for byte. */
  readonly host: string;
}

const AUTHORITY = /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;

/** All values of a field, in the order of the lines; each proxy appends at the end. */
function values(head: RequestHead, name: string): string[] {
  const found: string[] = [];
  for (let index = 0; index < head.fields.length; index += 2) {
    if (head.fields[index] === name) found.push(...(head.fields[index + 1] ?? '').split(','));
  }
  return found.map((value) => value.trim());
}

/** The address of a hop, which may be written with a port; undefined for what is none. */
function addressOf(hop: string): string | undefined {
  const bare = /^\[([^\]]+)\](?::[0-9]+)?$/.exec(hop)?.[1] ?? /^([0-9.]+):[0-9]+$/.exec(hop)?.[1] ?? hop;
  const mapped = /^::ffff:([0-9.]+)$/i.exec(bare)?.[1] ?? bare;
  return isIP(mapped) === 0 ? undefined : mapped;
}

/** The proxies whose `X-Forwarded-*` headers are believed. Everybody else's are dropped. */
export class TrustedProxies {
  readonly #list = new BlockList();
  readonly #any: boolean;

  /** @param ranges IP addresses and CIDR ranges, already checked */
  constructor(ranges: readonly string[]) {
    this.#any = ranges.length > 0;
    for (const range of ranges) {
      const [address = '', prefix] = range.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (prefix === undefined) this.#list.addAddress(address, family);
      else this.#list.addSubnet(address, Number(prefix), family);
    }
  }

  /**
   * @param peer IP address of the connection
   * @param host authority that the client used
   * @param secure whether the connection is under TLS
   */
  clientOf(head: RequestHead, peer: string, host: string, secure: boolean): Client {
    const own = secure ? 'https' : 'http';
    if (!this.#any || !this.#trusts(peer)) return { address: peer, chain: peer, protocol: own, host };
    const hops = values(head, 'x-forwarded-for');
    const chain = [peer];
    let address = peer;
    // From the nearest hop outwards: the first one that is not ours is the last one that can be believed, and behind
    // one that is no address nothing can.
    for (let index = hops.length - 1; index >= 0 && this.#trusts(address); index -= 1) {
      const hop = addressOf(hops[index] ?? '');
      if (hop === undefined) break;
      chain.unshift(hop);
      address = hop;
    }
    const said = values(head, 'x-forwarded-proto').at(-1)?.toLowerCase();
    const protocol = said === 'http' || said === 'https' ? said : own;
    const forwardedHost = values(head, 'x-forwarded-host').at(-1);
    return {
      address,
      chain: chain.join(', '),
      protocol,
      host: forwardedHost !== undefined && AUTHORITY.test(forwardedHost) ? forwardedHost : host,
    };
  }

  #trusts(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#list.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }
}
