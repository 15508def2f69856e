import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/**
 * The host names and addresses that a certificate vouches for, in lower case; without alternative names
 * the common name, which old tools relied on (RFC 6125 §6.4.4) and new clients ignore.
 */
export function namesOf(certificate: X509Certificate): readonly string[] {
  const alternative = alternativeNamesOf(certificate);
  if (alternative.length > 0) return alternative;
  const common = /^CN=(.*)$/m.exec(certificate.subject ?? '')?.[1];
  return common === undefined ? [] : [common.toLowerCase()];
}

/** The subject alternative names that are host names or addresses, in lower case. */
export function alternativeNamesOf(certificate: X509Certificate): readonly string[] {
  const names: string[] = [];
  // Names with a comma or a quote in them come as JSON strings; no host name has either.
  for (const part of (certificate.subjectAltName ?? '').split(', ')) {
    const [, value] = /^(?:DNS|IP Address):([^"]+)$/.exec(part) ?? [];
    if (value !== undefined) names.push(shorten(value.toLowerCase()));
  }
  return names;
}

/** Whether clients take the certificate for this host name, wildcard or address (RFC 6125 §6.4). */
export function covers(certificate: X509Certificate, hostname: string): boolean {
  if (isIP(hostname) !== 0) return certificate.checkIP(hostname) !== undefined;
  if (hostname.startsWith('*.')) return namesOf(certificate).includes(hostname.toLowerCase());
  return certificate.checkHost(hostname) !== undefined;
}

/** OpenSSL prints IPv6 addresses with all their zeros. */
function shorten(value: string): string {
  return value.includes(':') && URL.canParse(`http://[${value}]/`)
    ? new URL(`http://[${value}]/`).hostname.slice(1, -1)
    : value;
}
