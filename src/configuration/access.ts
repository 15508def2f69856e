import type { Place } from './problem.js';

/** What rules allow and deny. */
export type RuleAction = 'pull' | 'push' | 'delete' | 'catalog' | 'search' | 'admin';

/** One rule of `access.rules`, checked, with nothing filled in. The first rule that fits decides. */
export interface RuleConfiguration {
  readonly effect: 'allow' | 'deny';
  readonly actions: readonly RuleAction[];
  /** Patterns, such as `team-a/**` or `${user}/*`; undefined: every repository, and the registry as a whole. */
  readonly repositories: readonly string[] | undefined;
  /** Names; `*` is everybody with a name. With {@link groups} empty too: everybody with a name; a `deny` strangers as well. */
  readonly users: readonly string[];
  /** Names of groups in the file of groups. */
  readonly groups: readonly string[];
  /** Everybody, strangers included; then there are neither users nor groups. */
  readonly anonymous: boolean;
  /** IP addresses and CIDR ranges that the client has to come from; empty: any. */
  readonly networks: readonly string[];
  /** Where the rule begins. */
  readonly place: Place;
}

/** Who may do what. */
export interface AccessConfiguration {
  /** In their order. None: every user may do everything, strangers nothing. */
  readonly rules: readonly RuleConfiguration[];
  /** Path of the file with the groups, in the form of Apache's `AuthGroupFile`. */
  readonly groups: string | undefined;
}

/** How clients are asked to show who they are. `auto`: by tokens when strangers may do something, else by a password. */
export type AuthMode = 'basic' | 'bearer' | 'auto';

/** Signature of the tokens: ECDSA with P-256, or Ed25519 (RFC 8037). */
export type TokenAlgorithm = 'ES256' | 'EdDSA';

/** Somebody else whose tokens are taken (distribution's token specification). */
export interface IssuerConfiguration {
  /** Claim `iss`. */
  readonly issuer: string;
  /** URL of a JWKS, or path of a JWKS or of certificates in PEM. */
  readonly keys: string;
  /** What has to be in the claim `aud`. */
  readonly service: string;
}

/** Ways to show who one is, beside the password file. Times in milliseconds. */
export interface AuthConfiguration {
  readonly mode: AuthMode;
  /** The gateway's own name in tokens: `service` of the challenge, `aud` of the tokens that it takes. */
  readonly service: string;
  /** Further registries that the tokens issued here may be for. */
  readonly services: readonly string[];
  /** Claim `iss` of the tokens issued here. */
  readonly issuer: string;
  readonly algorithm: TokenAlgorithm;
  readonly tokenLifetime: number;
  readonly refreshLifetime: number;
  /** Time after which tokens are signed with another key. */
  readonly keyRotation: number;
  /** URL of a token server that clients are sent to; undefined: the gateway's own. */
  readonly tokenServer: string | undefined;
  readonly issuers: readonly IssuerConfiguration[];
  /** Path of the file with the robots' tokens. */
  readonly robots: string;
}

/** Part of a client's certificate that holds the user's name. */
export type CertificateName = 'cn' | 'email' | 'dns' | 'uri';

/** Certificates of clients. */
export interface ClientCertificateConfiguration {
  /** Path of the authorities in PEM. */
  readonly authority: string;
  /** Connections without a certificate are refused. */
  readonly required: boolean;
  readonly name: CertificateName;
  /** Path of the revocation lists in PEM. */
  readonly revocations: string | undefined;
}
