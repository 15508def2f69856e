const forwarded = new Set([
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-ssl',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-forwarded-scheme',
  'x-scheme',
  'x-original-uri',
  'x-original-method',
  'x-url-scheme',
  'x-nginx-proxy',
  'forwarded',
]);
const hopByHop = new Set([
  'connection',
  'upgrade',
  'keep-alive',
  'te',
  'accept-encoding',
  'proxy',
  'early',
  'early-data',
]);
const browsers = new Set([
  'x-frame-options',
  'x-content-type-options',
  'content-security-policy',
  'x-xss-protection',
  'referrer-policy',
]);

/** Why a header line need not be sent to the registry; undefined: it would be missing. @param value as it was written */
export function builtInRequest(name: string, value: string): string | undefined {
  const lower = name.toLowerCase();
  if (lower === 'host') {
    return /^(?:\$http_host|\$host(?::\$server_port)?|%\{HTTP_HOST\}.*)$/.test(value)
      ? 'The registry gets the Host of the client, with its port.'
      : undefined;
  }
  if (forwarded.has(lower))
    return 'X-Real-IP and X-Forwarded-For, -Proto and -Host are always sent (docs/gateway.md).';
  if (lower === 'authorization') {
    return value === '' ? 'The password stays here, unless "upstream.passAuthorization" is true.' : undefined;
  }
  if (hopByHop.has(lower)) return 'What belongs to one connection stays there.';
  if (lower === 'docker-distribution-api-version') return 'The registry knows its version.';
  return value === '' ? 'Header lines that belong to the gateway never pass; others do no harm.' : undefined;
}

/** Why a header line is not added to replies. */
export function builtInReply(name: string): string {
  const lower = name.toLowerCase();
  if (lower === 'docker-distribution-api-version') return 'It is on every reply under /v2/, once.';
  if (lower === 'strict-transport-security')
    return '"tls.hsts" sets the time; the rest of it cannot be said.';
  if (browsers.has(lower)) return 'What browsers need is built in (docs/gateway.md).';
  if (lower.startsWith('access-control-'))
    return '"cors.origins" lets pages of other sites use the registry.';
  return 'Header lines of your own cannot be added to replies.';
}

/** Seconds of a `Strict-Transport-Security` (RFC 6797 §6.1.1). */
export function hstsSeconds(value: string): number | undefined {
  const [, digits] = /max-age="?(\d{1,10})/i.exec(value) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
