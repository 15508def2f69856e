import { fold } from './nearest.js';

/** What people call things who come from elsewhere, and the setting that is meant. */
const NAMES = new Map(
  Object.entries({
    address: 'listen',
    bind: 'listen',
    port: 'listen',
    server_name: 'hostname',
    domain: 'hostname',
    backend: 'upstream',
    proxy_pass: 'upstream',
    storage: 'data',
    rootdirectory: 'data',
    storage_path: 'data',
    auth_basic: 'realm',
    auth_basic_user_file: 'htpasswd',
    passwords: 'htpasswd',
    users: 'htpasswd',
    ssl_certificate: 'tls.pairs',
    ssl_certificate_key: 'tls.pairs',
    rules: 'access.rules',
    log_level: 'log.level',
    access_log: 'log.access.file',
    error_log: 'log.file',
    metrics: 'monitor.listen',
    health: 'monitor.listen',
    processes: 'workers.count',
    'upstream.timeout': 'timeouts.firstByte',
    'monitor.address': 'monitor.listen',
    'audit.path': 'audit.file',
    'log.format': 'log.access.format',
    'tls.cert': 'tls.pairs',
    'tls.certificate': 'tls.pairs',
    'tls.pairs[].cert': 'tls.pairs[].certificate',
  }).map(([name, path]) => [fold(name), path]),
);

/** The setting that somebody meant who wrote this name, with what it stands in; undefined when nobody knows. */
export function settingMeant(path: string): string | undefined {
  return NAMES.get(fold(path));
}
