import { dropReason } from './reasons.js';

const blocks = new Set([
  'events',
  'geo',
  'http',
  'limit_except',
  'location',
  'mail',
  'map',
  'server',
  'split_clients',
  'stream',
  'types',
  'upstream',
]);

/** Directives that have a meaning here beyond a reason why they are left out. */
const carried = new Set([
  'access_log',
  'allow',
  'auth_basic',
  'auth_basic_user_file',
  'client_body_timeout',
  'client_header_timeout',
  'deny',
  'error_log',
  'http2',
  'include',
  'internal',
  'keepalive_timeout',
  'listen',
  'proxy_connect_timeout',
  'proxy_pass',
  'proxy_read_timeout',
  'proxy_send_timeout',
  'proxy_set_header',
  'proxy_ssl_trusted_certificate',
  'proxy_ssl_verify',
  'real_ip_header',
  'real_ip_recursive',
  'return',
  'satisfy',
  'send_timeout',
  'server_name',
  'set',
  'set_real_ip_from',
  'ssl',
  'ssl_certificate',
  'ssl_certificate_key',
  'ssl_client_certificate',
  'ssl_crl',
  'ssl_verify_client',
  'stub_status',
  'add_header',
]);

/** Whether nginx has a directive of this name that this importer knows. */
export function isKnownName(name: string): boolean {
  return blocks.has(name) || name === 'if' || carried.has(name) || dropReason(name) !== undefined;
}

/** Whether a directive cannot do without braces. `server` in an upstream has none. */
export function isBlockName(name: string): boolean {
  return name !== 'server' && (blocks.has(name) || name === 'if');
}

/** Whether a directive may have braces. */
export function mayHaveBlock(name: string): boolean {
  return blocks.has(name) || name === 'if' || name.endsWith('_by_lua_block');
}
