import type { AuthMode, CertificateName, TokenAlgorithm } from './access.js';
import { many, one, optional } from './setting.js';
import { choice, truth } from './values/choice.js';
import { durationFrom, longDuration } from './values/duration.js';
import { keySource } from './values/key-source.js';
import { filePath, quotableText } from './values/text.js';
import { webUrl } from './values/web-url.js';

const modes = ['basic', 'bearer', 'auto'] as const satisfies readonly AuthMode[];
const algorithms = ['ES256', 'EdDSA'] as const satisfies readonly TokenAlgorithm[];
const certificateNames = ['cn', 'email', 'dns', 'uri'] as const satisfies readonly CertificateName[];
const presence = ['optional', 'required'] as const;

/** The settings of who may do what, and of how clients show who they are. Rules are no settings: see `rules.ts`. */
export const accessSettings = {
  groups: optional('access.groups', 'DOCKGATE_ACCESS_GROUPS', filePath, {
    description: 'File with groups of users, in the form of AuthGroupFile of Apache.',
  }),
  authMode: one('auth.mode', 'DOCKGATE_AUTH_MODE', choice(modes), 'auto', {
    description:
      'How clients of /v2/ are asked who they are: by a password (basic), by tokens (bearer), or as the rules need it (auto).',
  }),
  authService: one('auth.service', 'DOCKGATE_AUTH_SERVICE', quotableText, 'dockgate', {
    description: 'Name of this gateway in tokens.',
  }),
  authServices: many('auth.services', 'DOCKGATE_AUTH_SERVICES', quotableText, [], {
    description: 'Names of further registries that tokens are issued for.',
    identity: (name) => name,
  }),
  authIssuer: one('auth.issuer', 'DOCKGATE_AUTH_ISSUER', quotableText, 'dockgate', {
    description: 'Issuer in the tokens of this gateway.',
  }),
  authAlgorithm: one('auth.algorithm', 'DOCKGATE_AUTH_ALGORITHM', choice(algorithms), 'ES256', {
    description: 'Signature of the tokens of this gateway.',
  }),
  authTokenLifetime: one(
    'auth.tokenLifetime',
    'DOCKGATE_AUTH_TOKEN_LIFETIME',
    durationFrom(60_000, '1m'),
    '6h',
    { description: 'Time for which a token holds.' },
  ),
  authRefreshLifetime: one(
    'auth.refreshLifetime',
    'DOCKGATE_AUTH_REFRESH_LIFETIME',
    longDuration('1m', '3650d'),
    '720h',
    { description: 'Time for which a refresh token gets further tokens.' },
  ),
  authKeyRotation: one(
    'auth.keyRotation',
    'DOCKGATE_AUTH_KEY_ROTATION',
    longDuration('1h', '3650d'),
    '2160h',
    {
      description: 'Time after which tokens are signed with another key.',
    },
  ),
  authTokenServer: optional('auth.tokenServer', 'DOCKGATE_AUTH_TOKEN_SERVER', webUrl, {
    description: 'URL of another token server that clients are sent to.',
  }),
  authIssuers: many('auth.issuers[].issuer', 'DOCKGATE_AUTH_ISSUERS_ISSUER', quotableText, [], {
    description: 'Another issuer whose tokens are taken; needs keys and a service beside it.',
  }),
  authIssuersKeys: many('auth.issuers[].keys', 'DOCKGATE_AUTH_ISSUERS_KEYS', keySource, [], {
    description: 'URL or file of the keys of that issuer: a JWKS, or certificates in PEM.',
  }),
  authIssuersService: many('auth.issuers[].service', 'DOCKGATE_AUTH_ISSUERS_SERVICE', quotableText, [], {
    description: 'Audience that tokens of that issuer have to be for.',
  }),
  robots: one('auth.robots', 'DOCKGATE_AUTH_ROBOTS', filePath, './dockgate.tokens', {
    description: 'File with the tokens of robots.',
  }),
  clientAuthority: optional('tls.clientCa', 'DOCKGATE_TLS_CLIENT_CA', filePath, {
    description: 'PEM file with the authorities of client certificates. Without it none are asked for.',
  }),
  clientAuth: one('tls.clientAuth', 'DOCKGATE_TLS_CLIENT_AUTH', choice(presence), 'optional', {
    description: 'Whether clients need a certificate.',
  }),
  clientName: one('tls.clientName', 'DOCKGATE_TLS_CLIENT_NAME', choice(certificateNames), 'cn', {
    description: 'Part of a client certificate that names its user.',
  }),
  clientRevocations: optional('tls.clientCrl', 'DOCKGATE_TLS_CLIENT_CRL', filePath, {
    description: 'PEM file with revocation lists of client certificates.',
  }),
  hsts: one('tls.hsts', 'DOCKGATE_TLS_HSTS', longDuration('0', '730d'), '24h', {
    description:
      'Time for which browsers use nothing but HTTPS for this host name, on all its ports; 0 does not ask for it.',
  }),
  insecureHttp: one('insecureHttp', 'DOCKGATE_INSECURE_HTTP', truth, 'false', {
    flag: { name: 'insecureHttp', syntax: '--insecure-http' },
    description: 'Whether to speak plain HTTP, behind something else that speaks TLS.',
  }),
  audit: optional('audit.file', 'DOCKGATE_AUDIT_FILE', filePath, {
    description: 'File to which logins, pushes, deletions and changes are appended.',
  }),
};
