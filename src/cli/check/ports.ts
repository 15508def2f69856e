import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ListenAddress } from '../../configuration/configuration.js';
import { overlap } from '../../configuration/overlap.js';
import { formatListenAddress } from '../../configuration/values/listen-address.js';
import { ControlClient } from '../../monitor/control-client.js';
import { about, type CheckContext, codeOf, type Findings } from './findings.js';
import { hasSocket, type SystemFacts } from './system-facts.js';

/** By which systemd opens the ports of an installed service. */
const SOCKET_UNIT = '/etc/systemd/system/dockgate.socket';

/** Looks whether the system would give dockgate its addresses: rights, names, and who has them already. */
export async function checkPorts(context: CheckContext, facts: SystemFacts, found: Findings): Promise<void> {
  const { configuration } = context;
  const running = await runningProcess(configuration.control);
  const unit = await readFile(SOCKET_UNIT, 'utf8').catch(() => '');
  for (const setting of ['listen', 'monitor.listen'] as const) {
    const addresses = setting === 'listen' ? configuration.listen : configuration.monitor;
    for (const [index, address] of addresses.entries()) {
      // systemd opens the ports of its unit, with all rights that it takes, and keeps them while nothing else runs.
      if (setting === 'listen' && isOfUnit(unit, address)) continue;
      const { place, subject } = about(context, setting, index);
      const fault = await faultOf(address, facts, running);
      if (fault !== undefined) found.problem(place, `${subject} ${fault}`);
    }
  }
}

async function faultOf(
  address: ListenAddress,
  facts: SystemFacts,
  running: number | undefined,
): Promise<string | undefined> {
  const { host, port } = address;
  const resolved = await resolve(host);
  if (typeof resolved === 'string') return resolved;
  const written = formatListenAddress(address);
  const missing = resolved.find((each) => !isOwn(each, facts));
  if (missing !== undefined)
    return `names ${written}, but ${missing} is no address of this machine. Take one of its own, or 0.0.0.0 for all.`;
  const right = rightFault(port, facts);
  if (right !== undefined) return right;
  const holders = facts.listening.filter((each) =>
    resolved.some((own) => overlap({ host: own, port }, each)),
  );
  for (const { inode } of holders) {
    if (running !== undefined && (await hasSocket(running, inode))) continue;
    return `names port ${port}, which another program has already (\`ss -ltnp 'sport = :${port}'\` tells which). End that one, or choose another port.`;
  }
  return undefined;
}

/** Why the account may not have a port; undefined: it may. */
export function rightFault(
  port: number,
  { lowestFreePort }: Pick<SystemFacts, 'lowestFreePort'>,
): string | undefined {
  if (port === 0 || lowestFreePort === undefined || port >= lowestFreePort) return undefined;
  return `names port ${port}, and ports below ${lowestFreePort} are not for this account. Let systemd open it (\`dockgate service install\`), give the right with AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit, or choose a port from ${lowestFreePort} on.`;
}

async function resolve(host: string): Promise<readonly string[] | string> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address).slice(0, 1);
  } catch (error) {
    return `names the host ${host}, which this machine does not know (${codeOf(error)}). Write an address, or 0.0.0.0 for all.`;
  }
}

function isOwn(address: string, { addresses }: SystemFacts): boolean {
  const isEverywhere = address === '0.0.0.0' || address === '::';
  return isEverywhere || addresses === undefined || /^127\./.test(address) || addresses.has(address);
}

/** Process that answers at the control socket of this configuration: then its ports are taken as they should be. */
async function runningProcess(control: string | undefined): Promise<number | undefined> {
  if (control === undefined) return undefined;
  try {
    return (await new ControlClient(control).status()).pid;
  } catch {
    return undefined;
  }
}

function isOfUnit(unit: string, address: ListenAddress): boolean {
  const written = formatListenAddress(address);
  const everywhere = address.host === '0.0.0.0' ? [String(address.port)] : [];
  return [written, ...everywhere].some((each) => unit.split('\n').includes(`ListenStream=${each}`));
}
