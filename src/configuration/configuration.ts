import type { AccessConfiguration, AuthConfiguration, ClientCertificateConfiguration } from './access.js';
import type { CorsConfiguration } from './cors.js';
import type { CrashReportConfiguration } from './crash-reports.js';
import type { LogConfiguration } from './logs.js';
import type { OtlpConfiguration } from './otlp.js';
import type { WorkerConfiguration } from './workers.js';

/** Where to accept connections. */
export interface ListenAddress {
  /** Host name or IP address, IPv6 without brackets. */
  readonly host: string;
  /** TCP port; 0 picks a free one. */
  readonly port: number;
}

/** A certificate chain and its private key, as PEM files. */
export interface PairFiles {
  readonly certificate: string;
  readonly key: string;
}

/** One server of the registry behind the gateway. */
export interface UpstreamServer {
  /** Scheme, host and port (`http://localhost:5000`), without a path; for a unix socket `http://localhost`. */
  readonly origin: string;
  /** Path of the unix socket to connect to instead of TCP. */
  readonly socketPath: string | undefined;
  /** Its share of the requests among the weights of all. */
  readonly weight: number;
  /** Gets requests only while all that are no backups are left alone. */
  readonly backup: boolean;
}

/** The registry behind the gateway. */
export interface UpstreamConfiguration {
  /** At least one, and one of them is no backup. All by `http:`, or all by `https:`. */
  readonly servers: readonly UpstreamServer[];
  /** Failures within {@link failTimeout} after which a server is left alone for that time; 0: never. */
  readonly maximumFailures: number;
  /** Milliseconds. */
  readonly failTimeout: number;
  /** PEM file with the authorities to trust for an `https:` upstream; undefined means the system's. */
  readonly ca: string | undefined;
  /** Send the client's `Authorization` on to the upstream. Off: the gateway has consumed it. */
  readonly passAuthorization: boolean;
  /** Send a bearer token of the gateway's own with each request. */
  readonly tokens: boolean;
  /** Most connections to each server at once. */
  readonly connections: number;
}

/** Everything in milliseconds. There is no limit on the whole time of a request: a push takes as long as it takes. */
export interface Timeouts {
  /** For the request's header lines to arrive. */
  readonly headers: number;
  /** Without a byte moving in either direction while a request runs. */
  readonly idle: number;
  /** Between two requests of one connection. */
  readonly keepAlive: number;
  /** For the TCP (and TLS) connection to the upstream. */
  readonly connect: number;
  /** From the end of the request to the upstream's first byte. */
  readonly firstByte: number;
  /** For running requests to finish once the process was asked to stop. */
  readonly grace: number;
}

/** Clean-up of the embedded registry. All times in milliseconds. */
export interface CollectionConfiguration {
  /** Between the end of one and the beginning of the next; infinite: never. */
  readonly interval: number;
  /** What a client has relied on within this time stays. */
  readonly grace: number;
  /** Remove manifests that no tag leads to. */
  readonly untagged: boolean;
  /** An upload that nobody has written to for this time is removed. */
  readonly uploadTimeout: number;
}

/** What clients of the v1 API may do. */
export type V1Access = 'read-write' | 'read-only' | 'off';

/**
 * Where the index of the v1 API is. `built-in`: here, with tokens of our own. `none`: nowhere, passwords only. An origin
 * (`https://index.example`): there, and it is asked whether its tokens hold.
 */
export type V1Index = 'built-in' | 'none' | { readonly origin: string };

/** The v1 API. With an upstream only {@link endpoints} and {@link tokenLifetime} mean anything. */
export interface V1Configuration {
  readonly access: V1Access;
  /** Directory in the layout of the original registry, absolute. */
  readonly directory: string;
  readonly index: V1Index;
  /** `HOST` or `HOST:PORT` of the registries that clients of the index are sent to; empty: where the client came to. */
  readonly endpoints: readonly string[];
  /** Milliseconds for which a token holds. */
  readonly tokenLifetime: number;
  /** Strangers may make themselves an account. */
  readonly registration: boolean;
}

export type KeyType = 'ecdsa' | 'rsa';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** All that `dockgate serve` needs to know: every value checked, every default filled in, paths absolute. */
export interface Configuration {
  /** Path of the file that was read, absolute; undefined when there is none. */
  readonly file: string | undefined;
  readonly listen: readonly ListenAddress[];
  /** Names and addresses that clients use for this gateway; go into the certificate that dockgate makes. */
  readonly hostnames: readonly string[];
  /** undefined: the embedded registry answers. */
  readonly upstream: UpstreamConfiguration | undefined;
  /** Directory of the embedded registry. */
  readonly data: string;
  /** Let images be pushed to the embedded registry whose config or layers it does not hold. */
  readonly sparseImages: boolean;
  readonly collection: CollectionConfiguration;
  readonly v1: V1Configuration;
  /** Answer `/v1/search`. */
  readonly search: boolean;
  /** What `GET /` answers, as a JSON string. */
  readonly greeting: string;
  /** Path of the password file. */
  readonly htpasswd: string;
  /** Shown in the password prompt (RFC 7617 §2 `realm`). */
  readonly realm: string;
  /** Directory of the authority and of the server pair that dockgate makes. */
  readonly certs: string;
  /** The operator's own pairs; the first one answers clients that send no or an unknown server name. Empty: use `certs`. */
  readonly pairs: readonly PairFiles[];
  /** Key of the certificates that dockgate makes. */
  readonly keyType: KeyType;
  /** Addresses and CIDR ranges whose `X-Forwarded-*` headers are believed. */
  readonly trustedProxies: readonly string[];
  readonly timeouts: Timeouts;
  /** Bytes a second that a request's body must reach, measured over the idle time; 0 switches the rule off. */
  readonly minimumRate: number;
  readonly logLevel: LogLevel;
  readonly access: AccessConfiguration;
  readonly auth: AuthConfiguration;
  /** undefined: clients are not asked for certificates. */
  readonly clientCertificates: ClientCertificateConfiguration | undefined;
  /** Milliseconds for which browsers remember to come by HTTPS only (RFC 6797 §6.1.1 `max-age`); 0: not told. */
  readonly hsts: number;
  /** Speak plain HTTP on every address. */
  readonly insecureHttp: boolean;
  /** Path of the audit log; undefined: none is kept. */
  readonly audit: string | undefined;
  readonly log: LogConfiguration;
  /** undefined: one process, and none that looks after it. */
  readonly workers: WorkerConfiguration | undefined;
  /** Path of the unix socket for other commands; undefined: there is none. */
  readonly control: string | undefined;
  /** Addresses of the listener for health and metrics; empty: there is none. */
  readonly monitor: readonly ListenAddress[];
  /** undefined: traces and metrics are sent nowhere. */
  readonly otlp: OtlpConfiguration | undefined;
  /** undefined: nobody is told of errors. */
  readonly crashReports: CrashReportConfiguration | undefined;
  /** undefined: no pages of other origins may use the registry. */
  readonly cors: CorsConfiguration | undefined;
  /** Whether `GET /ca.crt` gives everybody the certificate of dockgate's own authority. */
  readonly servesAuthority: boolean;
}
