import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectSentences } from './sentences.js';
import { problemsOf } from './workspace.js';

expectSentences([
  [
    'tls:\n  clientAuth: required\n  clientName: email\n  clientCrl: a.pem\n',
    '2:15: tls.clientAuth has no effect without the authorities of clients: set "tls.clientCa".',
    '3:15: tls.clientName has no effect without the authorities of clients: set "tls.clientCa".',
    '4:14: tls.clientCrl has no effect without the authorities of clients: set "tls.clientCa".',
  ],
  [
    'tls: { clientCa: ~/a, clientName: dns }\n',
    '1:18: tls.clientCa must not begin with "~/": only a shell replaces that. Write the whole path.',
  ],
  [
    'insecureHttp: true\ntls: { pairs: [{ certificate: a, key: b }], clientCa: c }\n',
    '2:31: tls.pairs[].certificate has no effect with plain HTTP: remove it, or "insecureHttp".',
    '2:55: tls.clientCa has no effect with plain HTTP: remove it, or "insecureHttp".',
  ],
  ['insecureHttp: false\ntls: { pairs: [{ certificate: a, key: b }] }\n'],
  ['tls: { hsts: 731d }\n', '1:14: tls.hsts must be 730d at most, not "731d".'],
  ['auth: { keyRotation: 59m }\n', '1:22: auth.keyRotation must be 1h at least, not "59m".'],
  ['auth: { mode: token }\n', '1:15: auth.mode must be one of basic, bearer, auto, not "token".'],
  [
    'auth: { tokenServer: auth.example/token }\n',
    '1:22: auth.tokenServer must be a URL such as https://host.example.com/path, beginning with http:// or https://, not "auth.example/token".',
  ],
  [
    'auth: { tokenServer: "ftp://auth.example/token" }\n',
    '1:22: auth.tokenServer must be a URL such as https://host.example.com/path, beginning with http:// or https://, not "ftp://...".',
  ],
  [
    'auth: { tokenServer: "https://user:secret@auth.example/" }\n',
    '1:22: auth.tokenServer must not hold a user name or password.',
  ],
  ['auth: { tokenServer: "https://a/?b" }\n', '1:22: auth.tokenServer must not have a query ("?...").'],
  ['auth: { tokenServer: "https://a/#b" }\n', '1:22: auth.tokenServer must not have a fragment ("#...").'],
  [
    'auth: { tokenServer: "https://a:99999/" }\n',
    '1:22: auth.tokenServer must have a host name or an IP address, a port from 1 to 65535, and no spaces.',
  ],
  [
    'auth:\n  issuers:\n    - { issuer: a, keys: b, service: c }\n    - { issuer: a, keys: d, service: e }\n',
    '4:17: auth.issuers[].issuer is an issuer that is known already.',
  ],
  [
    'auth: { issuers: [{ issuer: dockgate, keys: b, service: c }] }\n',
    '1:29: auth.issuers[].issuer is an issuer that is known already.',
  ],
  ['auth: { issuers: [{ issuer: a, keys: b }] }\n', '1:19: auth.issuers[] lacks "service".'],
  [
    'auth: { issuers: [{ issuer: a, keys: "ldap://b", service: c }] }\n',
    '1:38: auth.issuers[].keys must be the URL of a JWKS, or the path of a JWKS or of certificates in PEM, not "ldap://...".',
  ],
]);

test('Issuers of the environment need as many keys and services.', async () => {
  const environment = { DOCKGATE_AUTH_ISSUERS_ISSUER: 'a,b', DOCKGATE_AUTH_ISSUERS_KEYS: 'c' };
  assert.deepEqual(await problemsOf({ environment }), [
    'DOCKGATE_AUTH_ISSUERS_ISSUER must come with as many issuers as keys and services.',
  ]);
});

test('A flag against TLS contradicts pairs of the command line.', async () => {
  assert.deepEqual(await problemsOf({ flags: { insecureHttp: true, cert: ['a'], key: ['b'] } }), [
    '--cert has no effect with plain HTTP: remove it, or "insecureHttp".',
  ]);
});
