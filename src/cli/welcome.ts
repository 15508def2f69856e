import { hostname } from 'node:os';
import type { Configuration } from '../configuration/configuration.js';
import { formatUpstreamPlace } from '../configuration/values/upstream-server.js';
import type { Gateway } from '../gateway.js';
import { formatTrustInstructions } from '../trust/instructions.js';
import type { FirstUser } from './first-user.js';

const LOOPBACK = /^(?:127\.|::1$|localhost$)/;
const EVERYWHERE = new Set(['0.0.0.0', '::', '']);

/** The name by which clients most likely reach the gateway: the configured one, the address it listens on, or the machine's. */
function clientHost(configuration: Configuration): string {
  const [name] = configuration.hostnames;
  if (name !== undefined) return name;
  const host = configuration.listen[0]?.host ?? '';
  if (LOOPBACK.test(host)) return 'localhost';
  return EVERYWHERE.has(host) ? hostname() : host;
}

/** What a person reads at the start: where the gateway is, and what to type next for exactly this host and port. */
export function formatWelcome(
  configuration: Configuration,
  gateway: Pick<Gateway, 'addresses' | 'authorityFile'>,
  firstUser: FirstUser | undefined,
): string {
  const host = clientHost(configuration);
  const port = gateway.addresses[0]?.port ?? 443;
  const bracketed = host.includes(':') ? `[${host}]` : host;
  const place = `${bracketed}:${port}`;
  const behind =
    configuration.upstream?.servers.map(formatUpstreamPlace).join(', ') ??
    `the built-in registry in ${configuration.data}`;
  const scheme = configuration.insecureHttp ? 'http' : 'https';
  const lines = [`dockgate is listening on ${scheme}://${place}/ in front of ${behind}`];
  if (configuration.insecureHttp) {
    lines.push(
      'This is plain HTTP: passwords are taken from this machine only, and through trusted proxies.',
    );
  }
  if (gateway.authorityFile !== undefined) {
    const target = { authorityFile: gateway.authorityFile, host, port };
    lines.push('', "Trust this gateway's authority, on each machine that uses it:");
    lines.push(...indent(formatTrustInstructions(target)));
  }
  if (firstUser !== undefined) {
    lines.push('', 'A first user was made. The password is shown this once:');
    lines.push(`  user ${firstUser.name}`, `  password ${firstUser.password}`);
  }
  const user = firstUser?.name ?? 'NAME';
  lines.push(
    '',
    'Then:',
    `  docker login ${place} --username ${user}`,
    `  docker tag IMAGE ${place}/IMAGE`,
    `  docker push ${place}/IMAGE`,
    `  docker pull ${place}/IMAGE`,
    '',
    `More users: dockgate user add NAME --htpasswd ${configuration.htpasswd}`,
  );
  return `${lines.join('\n')}\n`;
}

function indent(text: string): string[] {
  return text.split('\n').map((line) => (line === '' ? line : `  ${line}`));
}
