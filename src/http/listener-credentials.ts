import type { SecureContext, SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import type { ShownCertificate } from './connection.js';

/** What the listener needs of the certificates. */
export interface ListenerCredentials {
  secureContextOptions(): SecureContextOptions & TlsOptions;
  /** The context for a name that a client asks for (RFC 6066 §3); undefined for the default one. Must not throw. */
  select(serverName: string): SecureContext | undefined;
  /** Whose certificates are accepted; undefined: none are asked for. */
  readonly clients?: ListenerClients | undefined;
}

/** What the listener needs of the clients' certificates. */
export interface ListenerClients {
  /** Another number with every other trust in them. */
  readonly generation: number;
  readonly configuration: { readonly required: boolean };
  /** What a client has shown in a handshake that began under this generation; undefined without a certificate. */
  shownBy(socket: TLSSocket, generation: number | undefined): ShownCertificate | undefined;
}
