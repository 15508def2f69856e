import { accessSettings } from './access-settings.js';
import type { KeyType, LogLevel, V1Access } from './configuration.js';
import { corsSettings } from './cors.js';
import { crashReportSettings } from './crash-reports.js';
import { logSettings } from './logs.js';
import { monitorSettings } from './monitor.js';
import { otlpSettings } from './otlp.js';
import { many, one, optional, type Setting } from './setting.js';
import { choice, truth } from './values/choice.js';
import { duration, durationFrom, durationOrNever } from './values/duration.js';
import { endpoint } from './values/endpoint.js';
import { hostname } from './values/hostname.js';
import { indexPlace } from './values/index-place.js';
import { formatListenAddress, listenAddress } from './values/listen-address.js';
import { network } from './values/network.js';
import { count, size } from './values/quantity.js';
import { filePath, lineOfText, quotableText } from './values/text.js';
import { formatUpstreamPlace, upstreamServer } from './values/upstream-server.js';
import { upstreamUrl } from './values/upstream-url.js';
import { workerSettings } from './workers.js';

const limit = duration('zero refused');
const v1Accesses = ['read-write', 'read-only', 'off'] as const satisfies readonly V1Access[];
const keyTypes = ['ecdsa', 'rsa'] as const satisfies readonly KeyType[];
const logLevels = [
  'trace',
  'debug',
  'info',
  'warn',
  'error',
  'fatal',
  'silent',
] as const satisfies readonly LogLevel[];

/**
 * Every setting, once. The loader, the flags, the JSON Schema and the table in the documentation all come from here.
 *
 * No variable may begin with `DOCKGATE_SERVICE` or `DOCKGATE_PORT`: Kubernetes sets those itself in every
 * container that runs beside a service with the name `dockgate`.
 */
export const settings = {
  listen: many('listen', 'DOCKGATE_LISTEN', listenAddress, ['0.0.0.0:8443'], {
    flag: { name: 'listen', syntax: '--listen <HOST:PORT>' },
    description: 'Addresses to accept connections on. Port 0 picks a free one.',
    identity: (address) => (address.port === 0 ? undefined : formatListenAddress(address)),
  }),
  hostname: many('hostname', 'DOCKGATE_HOSTNAME', hostname, [], {
    flag: { name: 'hostname', syntax: '--hostname <NAME>' },
    description: 'Names and addresses that clients use; they go into the certificate that dockgate makes.',
  }),
  upstream: optional('upstream.url', 'DOCKGATE_UPSTREAM', upstreamUrl, {
    flag: { name: 'upstream', syntax: '--upstream <URL>' },
    short: true,
    description: 'URL of the registry behind the gateway. Without it the built-in registry answers.',
  }),
  upstreamServers: many('upstream.servers', 'DOCKGATE_UPSTREAM_SERVERS', upstreamServer, [], {
    description:
      'Several servers of one registry in place of `upstream.url`, each `URL`, `URL weight=N` or `URL backup`.',
    identity: (server) => formatUpstreamPlace(server),
  }),
  upstreamAuthority: optional('upstream.ca', 'DOCKGATE_UPSTREAM_CA', filePath, {
    description:
      'PEM file with the authorities to trust for an https upstream instead of those of the system.',
  }),
  passAuthorization: one(
    'upstream.passAuthorization',
    'DOCKGATE_UPSTREAM_PASS_AUTHORIZATION',
    truth,
    'false',
    {
      description: 'Whether the password of the client travels on to the upstream.',
    },
  ),
  upstreamTokens: one('upstream.tokens', 'DOCKGATE_UPSTREAM_TOKENS', truth, 'false', {
    description: "Whether each request to the upstream brings a bearer token of dockgate's own.",
  }),
  connections: one('upstream.connections', 'DOCKGATE_UPSTREAM_CONNECTIONS', count(1, 65535), '256', {
    description: 'Most connections to each server of the upstream at once.',
  }),
  maximumFailures: one('upstream.maxFails', 'DOCKGATE_UPSTREAM_MAX_FAILS', count(0, 1000), '1', {
    description:
      'Failures within `upstream.failTimeout` after which one of several servers is left alone for that time; 0 is never.',
  }),
  failTimeout: one('upstream.failTimeout', 'DOCKGATE_UPSTREAM_FAIL_TIMEOUT', limit, '10s', {
    description: 'Time in which failures count, and for which a server that failed is left alone.',
  }),
  data: one('data', 'DOCKGATE_DATA', filePath, './data', {
    flag: { name: 'data', syntax: '--data <DIR>' },
    description: 'Directory of the built-in registry.',
  }),
  sparseImages: one('registry.sparseImages', 'DOCKGATE_REGISTRY_SPARSE_IMAGES', truth, 'false', {
    description: 'Whether the built-in registry takes images whose config or layers it does not hold.',
  }),
  gcInterval: one('gc.interval', 'DOCKGATE_GC_INTERVAL', durationOrNever, '24h', {
    description: 'Time between two clean-ups of the built-in registry, or never.',
  }),
  gcGrace: one('gc.grace', 'DOCKGATE_GC_GRACE', durationFrom(300_000, '5m'), '24h', {
    description: 'Clean-up leaves alone what a client has relied on within this time.',
  }),
  gcUntagged: one('gc.untagged', 'DOCKGATE_GC_UNTAGGED', truth, 'false', {
    description: 'Whether clean-up removes manifests that no tag leads to.',
  }),
  uploadTimeout: one('uploads.timeout', 'DOCKGATE_UPLOADS_TIMEOUT', durationFrom(300_000, '5m'), '168h', {
    description: 'Clean-up removes an upload that nobody has written to for this time.',
  }),
  v1Access: one('v1.access', 'DOCKGATE_V1_ACCESS', choice(v1Accesses), 'read-write', {
    description: 'What clients of the v1 API may do at the built-in registry.',
  }),
  v1Directory: optional('v1.directory', 'DOCKGATE_V1_DIRECTORY', filePath, {
    description: 'Directory of images in the layout of docker-registry. Without it that is `data`.',
  }),
  v1Index: one('v1.index', 'DOCKGATE_V1_INDEX', indexPlace, 'built-in', {
    description:
      'Index of the v1 API: built-in, none, or the URL of another one, which is asked about tokens.',
  }),
  v1Endpoints: many('v1.endpoints', 'DOCKGATE_V1_ENDPOINTS', endpoint, [], {
    description:
      'Hosts that clients of the v1 index are sent to. Without any, the one that they came to, with its port.',
    identity: (host) => host.toLowerCase(),
  }),
  v1TokenLifetime: one('v1.tokenLifetime', 'DOCKGATE_V1_TOKEN_LIFETIME', durationFrom(60_000, '1m'), '12h', {
    description: 'Time for which a token of the v1 API holds.',
  }),
  v1Registration: one('v1.registration', 'DOCKGATE_V1_REGISTRATION', truth, 'false', {
    description: 'Whether strangers may make themselves an account with docker login of the v1 API.',
  }),
  search: one('search.enabled', 'DOCKGATE_SEARCH_ENABLED', truth, 'true', {
    description: 'Whether docker search finds the repositories of the built-in registry.',
  }),
  greeting: one('greeting', 'DOCKGATE_GREETING', lineOfText, '"docker-registry server"', {
    description: 'What the built-in registry answers at its root, as a JSON string.',
  }),
  htpasswd: one('htpasswd', 'DOCKGATE_HTPASSWD', filePath, './dockgate.htpasswd', {
    flag: { name: 'htpasswd', syntax: '--htpasswd <FILE>' },
    description: 'Password file.',
  }),
  realm: one('realm', 'DOCKGATE_REALM', quotableText, 'dockgate', {
    description: 'Name that browsers show when they ask for a password.',
  }),
  certs: one('certs', 'DOCKGATE_CERTS', filePath, './certs', {
    flag: { name: 'certs', syntax: '--certs <DIR>' },
    description: 'Directory of the authority and the certificate that dockgate makes.',
  }),
  certificate: many('tls.pairs[].certificate', 'DOCKGATE_CERT', filePath, [], {
    flag: { name: 'cert', syntax: '--cert <FILE>' },
    description: 'PEM file with a certificate of your own and its chain; needs a key beside it.',
  }),
  key: many('tls.pairs[].key', 'DOCKGATE_KEY', filePath, [], {
    flag: { name: 'key', syntax: '--key <FILE>' },
    description: 'PEM file with the private key of that certificate.',
  }),
  keyType: one('tls.keyType', 'DOCKGATE_TLS_KEY_TYPE', choice(keyTypes), 'ecdsa', {
    description: 'Key of the certificates that dockgate makes.',
  }),
  servesAuthority: one('tls.serveAuthority', 'DOCKGATE_TLS_SERVE_AUTHORITY', truth, 'false', {
    description: "Whether GET /ca.crt gives everybody the certificate of dockgate's own authority.",
  }),
  trustedProxies: many('trustedProxies', 'DOCKGATE_TRUSTED_PROXIES', network, [], {
    description: 'Addresses and ranges of proxies whose X-Forwarded headers are believed.',
  }),
  headers: one('timeouts.headers', 'DOCKGATE_TIMEOUTS_HEADERS', limit, '60s', {
    description: 'Longest wait for the header lines of a request.',
  }),
  idle: one('timeouts.idle', 'DOCKGATE_TIMEOUTS_IDLE', limit, '60s', {
    description: 'Longest pause without a byte in either direction while a request runs.',
  }),
  keepAlive: one('timeouts.keepAlive', 'DOCKGATE_TIMEOUTS_KEEP_ALIVE', limit, '75s', {
    description: 'Longest pause between two requests of a connection.',
  }),
  connect: one('timeouts.connect', 'DOCKGATE_TIMEOUTS_CONNECT', limit, '10s', {
    description: 'Longest wait for a connection to the upstream.',
  }),
  firstByte: one('timeouts.firstByte', 'DOCKGATE_TIMEOUTS_FIRST_BYTE', limit, '900s', {
    description: 'Longest wait from the end of a request to the first byte of the answer of the upstream.',
  }),
  grace: one('timeouts.grace', 'DOCKGATE_TIMEOUTS_GRACE', duration('zero allowed'), '3600s', {
    flag: { name: 'grace', syntax: '--grace <DURATION>' },
    description: 'Time that running requests get to finish when dockgate stops.',
  }),
  minimumRate: one('minimumRate', 'DOCKGATE_MINIMUM_RATE', size, '500', {
    description:
      'Bytes a second that the body of a request must reach over the idle time; 0 switches the rule off.',
  }),
  logLevel: one('log.level', 'DOCKGATE_LOG_LEVEL', choice(logLevels), 'info', {
    flag: { name: 'logLevel', syntax: '--log-level <LEVEL>' },
    description: 'Least serious messages that are logged.',
  }),
  ...logSettings,
  ...workerSettings,
  ...monitorSettings,
  ...otlpSettings,
  ...crashReportSettings,
  ...corsSettings,
  ...accessSettings,
};

/** The table in its order, for those who only describe the settings. */
export const allSettings: readonly Setting[] = Object.values<Setting>(settings);
