/** Why a key of docker-registry has no successor. */
export interface Dropped {
  /** Sentences without the name of the key in front. */
  readonly why: string;
  /** Of a mapping: the key that switches it on. Without it the rest means nothing. */
  readonly decisive?: string;
}

const otherStorage =
  'Images are kept in a local directory here. Copy the old storage there (its files have the same names everywhere), and name the directory with "data".';
const noRedirect = 'Layers come from this server itself, without a way round another one.';
const mail = 'No mail is sent when something fails. What fails is in the log, a line of JSON each.';
const cache =
  'What Redis kept is kept in the memory of dockgate, without a setting; it follows what other processes change.';

/** By name, or by the beginning of a name that ends in `_`. */
const table: ReadonlyMap<string, Dropped> = new Map<string, Dropped>([
  ['s3_', { why: otherStorage }],
  ['boto_', { why: otherStorage }],
  ['swift_', { why: otherStorage }],
  ['azure_', { why: otherStorage }],
  ['gs_', { why: otherStorage }],
  ['oauth2', { why: otherStorage }],
  ['glance_', { why: otherStorage }],
  ['storage_alternate', { why: otherStorage }],
  ['elliptics_', { why: otherStorage }],
  ['oss_', { why: otherStorage }],
  ['cloudfront', { why: noRedirect, decisive: 'base' }],
  ['storage_redirect', { why: noRedirect }],
  ['nginx_x_accel_redirect', { why: `${noRedirect} There is no nginx in front any more.` }],
  ['cache', { why: cache, decisive: 'host' }],
  ['cache_lru', { why: cache, decisive: 'host' }],
  ['mirroring', { why: 'dockgate does not fetch what it lacks from another registry.', decisive: 'source' }],
  ['email_exceptions', { why: mail, decisive: 'smtp_host' }],
  ['smtp_', { why: mail }],
  ['from_addr', { why: mail }],
  ['to_addr', { why: mail }],
  [
    'privileged_key',
    {
      why: 'Requests that are signed with that key have no rights of their own. Give the program behind them a user and a password.',
    },
  ],
  ['secret_key', { why: 'There are no session cookies that it could sign.' }],
  [
    'debug',
    { why: 'It opened the ping to details of the host. "log.level" alone says how much is logged here.' },
  ],
  [
    'sqlalchemy_index_database',
    {
      why: 'Search has a database of its own, which is made from what is stored. The old one is not read.',
    },
  ],
]);

/** Why a key is not carried over. @returns undefined for a key that docker-registry did not know. */
export function droppedBecause(name: string): Dropped | undefined {
  const prefix = /^[a-z0-9]+_/.exec(name)?.[0];
  return table.get(name) ?? (prefix === undefined ? undefined : table.get(prefix));
}

const newRelic = 'Measurements and traces go out over OTLP, which New Relic takes: see "otlp".';

/** Variables of the environment with which the server was started, and why none is carried over. */
export const droppedVariables: ReadonlyMap<string, string> = new Map([
  ['REGISTRY_HOST', 'dockgate listens where nginx did; see "listen".'],
  ['REGISTRY_PORT', 'dockgate listens where nginx did; see "listen".'],
  ['GUNICORN_WORKERS', 'See "workers". There is no gunicorn.'],
  ['GUNICORN_OPTS', 'There is no gunicorn.'],
  ['GRACEFUL_TIMEOUT', 'See "timeouts.grace".'],
  ['SILENT_TIMEOUT', 'See "timeouts.idle".'],
  ['ACCESS_LOG_FILE', 'See "log.access.file". Without it access lines go to standard output.'],
  ['ERROR_LOG_FILE', 'See "log.file". Without it everything goes to standard output.'],
  ['NEW_RELIC_CONFIG_FILE', newRelic],
  ['NEW_RELIC_INI', newRelic],
  ['NEW_RELIC_LICENSE_KEY', newRelic],
  ['NEW_RELIC_STAGE', newRelic],
]);
