import { readdir, readFile, readlink } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';

/** A socket that listens, as Linux lists it (proc_net(5), `/proc/net/tcp`). */
export interface Listening {
  /** As node writes addresses. */
  readonly host: string;
  readonly port: number;
  readonly inode: string;
}

/** What the machine lets this process do, as far as it can be found out. */
export interface SystemFacts {
  /** The lowest port that needs no right; undefined: none does, or nobody knows. */
  readonly lowestFreePort: number | undefined;
  /** Sockets of all programs that listen; empty where the system does not tell. */
  readonly listening: readonly Listening[];
  /** Addresses of the machine; undefined: any can be listened on. */
  readonly addresses: ReadonlySet<string> | undefined;
  /** Most files that a process may have open; undefined: not known. */
  readonly openFiles: number | undefined;
}

/** CAP_NET_BIND_SERVICE of capabilities(7). */
const BIND_SERVICE = 1n << 10n;

export async function readSystemFacts(): Promise<SystemFacts> {
  const [status, lowest, nonlocal, limits, ipv4, ipv6] = await Promise.all(
    [
      '/proc/self/status',
      '/proc/sys/net/ipv4/ip_unprivileged_port_start',
      '/proc/sys/net/ipv4/ip_nonlocal_bind',
      '/proc/self/limits',
      '/proc/net/tcp',
      '/proc/net/tcp6',
    ].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  return {
    lowestFreePort: lowestFreePort(status ?? '', lowest ?? ''),
    listening: [...parseListening(ipv4 ?? ''), ...parseListening(ipv6 ?? '')],
    addresses: nonlocal?.trim() === '1' ? undefined : ownAddresses(),
    openFiles: openFiles(limits ?? ''),
  };
}

/** @param status of `/proc/self/status`. @param setting of the sysctl; empty where it cannot be read */
export function lowestFreePort(status: string, setting: string): number | undefined {
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (capabilities === undefined || (BigInt(`0x${capabilities}`) & BIND_SERVICE) !== 0n) return undefined;
  const port = /^\d+$/.test(setting.trim()) ? Number(setting) : 1024;
  return port === 0 ? undefined : port;
}

/** The hard limit: node raises the soft one to it. */
export function openFiles(limits: string): number | undefined {
  const digits = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Sockets in state LISTEN of `/proc/net/tcp` or `/proc/net/tcp6`. */
export function parseListening(text: string): readonly Listening[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const [, address = '', port = ''] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? [];
    if (state !== '0A' || address === '') return [];
    return [{ host: hostOf(address), port: Number.parseInt(port, 16), inode }];
  });
}

/** Words of 32 bits in the byte order of the machine, which is little-endian wherever node runs. */
function hostOf(hexadecimal: string): string {
  const bytes = Buffer.from(hexadecimal, 'hex');
  bytes.swap32();
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const url = new URL(`http://[${groups.join(':')}]`);
  const host = url.hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host);
  return mapped === null ? host : bytes.subarray(12).join('.');
}

/** Whether a process has a socket; true also when nobody may look. */
export async function hasSocket(pid: number, inode: string): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  try {
    for (const name of await readdir(directory)) {
      const target = await readlink(`${directory}/${name}`).catch(() => '');
      if (target === `socket:[${inode}]`) return true;
    }
    return false;
  } catch {
    return true;
  }
}

function ownAddresses(): ReadonlySet<string> {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return new Set(addresses.map(({ address }) => address));
}
