import { Failure } from '../exchange/failure.js';
import type { Client } from './client.js';
import type { Connection } from './connection.js';

/**
 * Whether what the client says stays between it and us: over TLS, from this machine, or over TLS as far as a proxy that is
 * trusted, which says so. Where it does not, nobody may be asked for a password: no challenge with 401 is sent.
 */
export function isConfidential(
  { secure }: Pick<Connection, 'secure'>,
  { protocol, address }: Pick<Client, 'protocol' | 'address'>,
): boolean {
  return secure || protocol === 'https' || isLoopback(address);
}

/**
 * Refuses a certificate that holds no longer, and credentials that everybody on the way could read. Costs a few comparisons.
 *
 * @param hasSecrets the request carries `Authorization`, or is of a kind that has secrets in its body or its answer
 * @throws {Failure} 403
 */
export function checkTransport(
  connection: Pick<Connection, 'secure' | 'certificate'>,
  client: Pick<Client, 'protocol' | 'address'>,
  hasSecrets: boolean,
): void {
  const fault = connection.certificate?.fault;
  if (fault !== undefined) {
    throw new Failure(403, 'DENIED', `the client's certificate is not accepted: ${fault}`, { close: true });
  }
  if (hasSecrets && !isConfidential(connection, client)) throw inClear();
}

/** In the place of a challenge where there must be none. */
export function inClear(): Failure {
  return new Failure(403, 'DENIED', 'passwords and tokens are taken over HTTPS only', { close: true });
}

/** RFC 1122 §3.2.1.3 (127.0.0.0/8), RFC 4291 §2.5.3 (::1). */
function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
