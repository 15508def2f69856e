import { isIPv4, isIPv6 } from 'node:net';
import type { ListenAddress } from '../configuration/configuration.js';
import { ConfigurationError } from '../configuration/problem.js';
import { formatListenAddress } from '../configuration/values/listen-address.js';
import { sealed } from './sealed-text.js';
import { unitSection } from './unit-text.js';

/** Connections that the kernel holds while nobody accepts: those of a restart. It caps this by `net.core.somaxconn`. */
const BACKLOG = 4096;

/**
 * The unit that listens on behalf of the gateway: the sockets stay when the program is exchanged, and ports below 1024 need
 * no right.
 *
 * @throws {ConfigurationError} for addresses that only a running program can find out
 */
export function socketUnit(addresses: readonly ListenAddress[]): string {
  const streams = addresses.map(streamOf);
  const isDual = addresses.some(({ host }) => host === '::');
  const needsBoth = isDual && !hasIPv4Beside(addresses);
  return sealed(
    [
      '# Written by `dockgate service install` from `listen` of the configuration: change that, and run it again.\n',
      unitSection('Unit', ['Description=Sockets of dockgate, the gateway of the container registry']),
      unitSection('Socket', [
        ...streams.map((stream) => `ListenStream=${stream}`),
        'FileDescriptorName=listen',
        `Backlog=${BACKLOG}`,
        isDual ? `BindIPv6Only=${needsBoth ? 'both' : 'ipv6-only'}` : undefined,
        // An address of an interface that comes up later.
        addresses.some(({ host }) => !isUsual(host)) ? 'FreeBind=yes' : undefined,
      ]),
      unitSection('Install', ['WantedBy=sockets.target']),
    ].join('\n'),
  );
}

function streamOf(address: ListenAddress): string {
  const text = formatListenAddress(address);
  if (address.port === 0) {
    throw unsuited(
      `${text} picks a free port at each start, and a service needs one that stays. Write a port.`,
    );
  }
  if (address.host === 'localhost') return `127.0.0.1:${address.port}`;
  if (isIPv4(address.host) || isIPv6(address.host)) return text;
  throw unsuited(`${text} has a host name, and systemd listens on IP addresses only. Write the address.`);
}

function unsuited(reason: string): ConfigurationError {
  return new ConfigurationError([{ place: undefined, message: `listen: ${reason}` }]);
}

/** Both families on one port: the socket of IPv6 must then leave IPv4 to the other one. */
function hasIPv4Beside(addresses: readonly ListenAddress[]): boolean {
  const ports = new Set(addresses.filter(({ host }) => host === '::').map(({ port }) => port));
  return addresses.some(({ host, port }) => !isIPv6(host) && ports.has(port));
}

/** Addresses that are there as soon as the machine is. */
function isUsual(host: string): boolean {
  return (
    host === '0.0.0.0' || host === '::' || host === '::1' || host === 'localhost' || host.startsWith('127.')
  );
}
