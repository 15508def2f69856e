import { constants } from 'node:crypto';
import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TlsOptions,
} from 'node:tls';
import type { ClientCertificates } from './client-certificates.js';
import type { Pair } from './pair.js';

/** AES-128 first: where both sides have AES instructions it is the cheapest of equals. TLS 1.2 keeps AEAD with ECDHE only. */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
].join(':');

/** Seconds that a client may come back with a ticket instead of a full handshake. */
const sessionTimeout = 7200;

/** Options of a server, or of one name of it, that shows this pair. */
export function pairOptions(
  pair: Pair,
  ticketKeys: Buffer,
  clients?: Pick<ClientCertificates, 'contextOptions'>,
): SecureContextOptions & TlsOptions {
  return {
    ...clients?.contextOptions(),
    cert: pair.certificate,
    key: pair.key,
    ciphers,
    honorCipherOrder: true,
    minVersion: 'TLSv1.2',
    // In TLS 1.2 a client could ask for handshake after handshake, and show another certificate in each.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    // The same for every pair and after every reload, or sessions would not be taken up again.
    sessionIdContext: 'dockgate',
    sessionTimeout,
    ticketKeys,
  };
}

/** Which pair answers which server name (RFC 6066 §3). */
export class NameTable {
  /** The value is undefined where the default pair answers. */
  readonly #exact = new Map<string, SecureContext | undefined>();
  /** Keys are what follows `*.`. */
  readonly #wildcard = new Map<string, SecureContext | undefined>();

  /**
   * @param pairs The first one is the default; of two that hold the same name the earlier one answers.
   * @param clients Whose certificates are asked for, the same at every name.
   */
  constructor(
    pairs: readonly Pair[],
    ticketKeys: Buffer,
    clients?: Pick<ClientCertificates, 'contextOptions'>,
  ) {
    for (const [index, pair] of pairs.entries()) {
      const context = index === 0 ? undefined : createSecureContext(pairOptions(pair, ticketKeys, clients));
      for (const name of pair.names) this.#add(name, context);
    }
  }

  /** The context for a name as a client sent it; undefined: show the default pair. Never throws. */
  find(serverName: string): SecureContext | undefined {
    const name = serverName.toLowerCase().replace(/\.$/, '');
    if (this.#exact.has(name)) return this.#exact.get(name);
    const dot = name.indexOf('.');
    return dot < 0 ? undefined : this.#wildcard.get(name.slice(dot + 1));
  }

  #add(name: string, context: SecureContext | undefined): void {
    const [table, key] = name.startsWith('*.') ? [this.#wildcard, name.slice(2)] : [this.#exact, name];
    if (!table.has(key)) table.set(key, context);
  }
}
