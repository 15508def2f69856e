import type { Configuration } from '../configuration/configuration.js';
import { formatListenAddress } from '../configuration/values/listen-address.js';
import { formatUpstreamServer } from '../configuration/values/upstream-server.js';
import { operationRows } from './operation-summary.js';

/** The settings that hold in the end, a line each; defaults of which nobody thinks are left out. */
export function formatConfiguration(configuration: Configuration): readonly string[] {
  const { upstream, timeouts, pairs } = configuration;
  const rows: [name: string, value: string][] = [
    ['listen', configuration.listen.map(formatListenAddress).join(', ')],
    ['hostname', configuration.hostnames.join(', ') || 'those of this machine'],
    [
      'upstream',
      upstream === undefined
        ? 'none: the built-in registry'
        : upstream.servers.map(formatUpstreamServer).join(', '),
    ],
  ];
  if (upstream === undefined) rows.push(...registryRows(configuration));
  rows.push(['htpasswd', configuration.htpasswd]);
  if (pairs.length === 0) rows.push(['certs', configuration.certs]);
  for (const { certificate, key } of pairs) rows.push(['certificate', `${certificate} with ${key}`]);
  rows.push(...accessRows(configuration));
  rows.push(['trustedProxies', configuration.trustedProxies.join(', ') || 'none']);
  for (const [name, value] of Object.entries(timeouts))
    rows.push([`timeouts.${name}`, formatDuration(value)]);
  rows.push(...operationRows(configuration));
  rows.push(['minimumRate', `${configuration.minimumRate} bytes/s`], ['log.level', configuration.logLevel]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

function registryRows({ data, sparseImages, v1, search }: Configuration): [name: string, value: string][] {
  const rows: [name: string, value: string][] = [['data', data]];
  if (sparseImages) rows.push(['registry.sparseImages', 'true']);
  rows.push(['v1.access', v1.access]);
  if (v1.access !== 'off') {
    if (v1.directory !== data) rows.push(['v1.directory', v1.directory]);
    rows.push(['v1.index', typeof v1.index === 'string' ? v1.index : v1.index.origin]);
    if (v1.endpoints.length > 0) rows.push(['v1.endpoints', v1.endpoints.join(', ')]);
    if (v1.registration) rows.push(['v1.registration', 'true']);
  }
  rows.push(['search.enabled', String(search)]);
  return rows;
}

function accessRows(configuration: Configuration): [name: string, value: string][] {
  const { access, auth, clientCertificates: client, insecureHttp, audit } = configuration;
  const rows: [name: string, value: string][] = [
    [
      'access.rules',
      access.rules.length === 0 ? 'none: every user may do everything' : `${access.rules.length}`,
    ],
  ];
  if (access.groups !== undefined) rows.push(['access.groups', access.groups]);
  rows.push(['auth.mode', auth.mode], ['auth.robots', auth.robots]);
  if (auth.tokenServer !== undefined) rows.push(['auth.tokenServer', auth.tokenServer]);
  for (const { issuer, keys } of auth.issuers) rows.push(['auth.issuers', `${issuer} with ${keys}`]);
  if (client !== undefined) {
    rows.push(
      ['tls.clientCa', client.authority],
      ['tls.clientAuth', client.required ? 'required' : 'optional'],
    );
    if (client.revocations !== undefined) rows.push(['tls.clientCrl', client.revocations]);
  }
  if (insecureHttp) rows.push(['insecureHttp', 'true: passwords and images travel in the clear']);
  if (audit !== undefined) rows.push(['audit.file', audit]);
  return rows;
}

/** In the largest unit that needs no fraction, as it can be written in the configuration. */
function formatDuration(milliseconds: number): string {
  const units = [
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
  ] as const;
  for (const [unit, factor] of units) {
    if (milliseconds > 0 && milliseconds % factor === 0) return `${milliseconds / factor}${unit}`;
  }
  return `${milliseconds}ms`;
}
