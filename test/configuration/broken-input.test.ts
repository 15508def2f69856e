import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, problemsOf, type Situation } from './workspace.js';

const wantsDuration = 'must be a duration such as 500ms, 30s, 5m or 1h';

/** Flags or variables, and the sentences that they get. */
const rows: readonly (readonly [situation: Situation, ...sentences: string[]])[] = [
  [{ flags: { listen: ['8443', '70000'] } }, '--listen must have a port from 0 to 65535, not 70000.'],
  [{ flags: { listen: [':1', '0.0.0.0:1'] } }, '--listen names 0.0.0.0:1 twice.'],
  [
    { flags: { hostname: ['a:1'] } },
    '--hostname must be a host name without a port; ports belong to "listen". It is "a:1".',
  ],
  [{ flags: { upstream: '' } }, '--upstream must be http://HOST:PORT, https://HOST:PORT or http+unix:/PATH.'],
  [
    { flags: { upstream: 'localhost:5000' } },
    '--upstream must begin with a scheme: "http://localhost:5000".',
  ],
  [{ flags: { data: '' } }, '--data must be a path, not an empty text.'],
  [{ flags: { grace: '1x' } }, `--grace ${wantsDuration}, not "1x".`],
  [
    { flags: { logLevel: 'warning' } },
    '--log-level must be one of trace, debug, info, warn, error, fatal, silent, not "warning".',
  ],
  [{ flags: { cert: ['a'] } }, '--cert needs a key beside it: set --key too.'],
  [{ flags: { key: ['a'] } }, '--key needs a certificate beside it: set --cert too.'],
  [{ flags: { cert: ['a', 'b'], key: ['c'] } }, '--cert names 2 certificates, but --key names 1 keys.'],
  [
    { flags: { cert: ['a'] }, environment: { DOCKGATE_KEY: 'b' } },
    '--cert needs a key beside it: set --key too.',
    'DOCKGATE_KEY needs a certificate beside it: set DOCKGATE_CERT too.',
  ],
  [{ environment: { DOCKGATE_CERT: 'a' } }, 'DOCKGATE_CERT needs a key beside it: set DOCKGATE_KEY too.'],
  [{ environment: { DOCKGATE_LISTEN: 'here' } }, 'DOCKGATE_LISTEN must have a port: "here:8443".'],
  [
    { environment: { DOCKGATE_UPSTREAM: 'http://user:secret@there' } },
    'DOCKGATE_UPSTREAM must not hold a user name or password. Set "upstream.passAuthorization" to pass on those of the client.',
  ],
  [
    { environment: { DOCKGATE_UPSTREAM_CA: 'a.pem' } },
    'DOCKGATE_UPSTREAM_CA has no effect without the URL of the upstream: set "upstream.url".',
  ],
  [
    { environment: { DOCKGATE_UPSTREAM: 'http://a', DOCKGATE_UPSTREAM_PASS_AUTHORIZATION: 'yes' } },
    'DOCKGATE_UPSTREAM_PASS_AUTHORIZATION must be true or false, not "yes".',
  ],
  [
    { environment: { DOCKGATE_TRUSTED_PROXIES: '10.0.0.0/8,10.0.0.0/64' } },
    'DOCKGATE_TRUSTED_PROXIES must be a range with a prefix of 32 bits at most, not "10.0.0.0/64".',
  ],
  [
    { environment: { DOCKGATE_TLS_KEY_TYPE: 'edcsa' } },
    'DOCKGATE_TLS_KEY_TYPE must be one of ecdsa, rsa, not "edcsa". Did you mean "ecdsa"?',
  ],
  [
    { environment: { DOCKGATE_MINIMUM_RATE: 'slow' } },
    'DOCKGATE_MINIMUM_RATE must be a number of bytes such as 500, 1k or 64KiB, not "slow".',
  ],
  [
    { environment: { DOCKGATE_TIMEOUTS_CONNECT: '0' } },
    'DOCKGATE_TIMEOUTS_CONNECT must be longer than zero, not "0".',
  ],
];

for (const [situation, ...sentences] of rows) {
  test(`What is wrong with ${JSON.stringify(situation)} is said in a sentence.`, async () => {
    assert.deepEqual(await problemsOf(situation), sentences);
  });
}

test('A password in a URL is never repeated, wherever the URL was written.', async () => {
  const urls = [
    'http://u:hunter2@h',
    'https://u:hunter2@h/x?y#z',
    'u:hunter2@h:1',
    'http://u:hun/hunter2@h',
    'ftp://u:hunter2@h',
  ];
  urls.push(
    'http:u:hunter2@h',
    'http://u:hunter2',
    'http+unix://u:hunter2@%2Fx',
    'http://h?password=hunter2',
  );
  for (const url of urls) {
    const settings = ['listen', 'hostname', 'upstream', 'realm', 'trustedProxies', 'minimumRate', `"${url}"`];
    const situations: Situation[] = settings.flatMap((name) => [
      { yaml: `${name}: "${url}"\n` },
      { yaml: `${name}: ["${url}"]\n` },
      { yaml: `${name}: "${url}" "${url}"\n` },
      { yaml: `${name}: { "${url}": "${url}" }\n` },
    ]);
    situations.push({ flags: { upstream: url, listen: [url], grace: url, logLevel: url } });
    situations.push({
      environment: { DOCKGATE_UPSTREAM: url, DOCKGATE_LISTEN: url, DOCKGATE_HOSTNAME: `a,${url}` },
    });
    for (const situation of situations) {
      const text = (await problemsOf(situation)).join('\n');
      assert.doesNotMatch(text, /hunter2/, JSON.stringify(situation));
    }
  }
});

test('What Kubernetes puts into the environment of a service named dockgate does not matter.', async () => {
  const environment = {
    DOCKGATE_PORT: 'tcp://10.0.0.1:8443',
    DOCKGATE_PORT_8443_TCP_ADDR: '10.0.0.1',
    DOCKGATE_SERVICE_HOST: '10.0.0.1',
    DOCKGATE_SERVICE_PORT: '8443',
  };
  assert.deepEqual(await problemsOf({ environment }), []);
});

test('Spaces and empty items in a list of the environment do not matter.', async () => {
  const { configuration } = await load({
    environment: { DOCKGATE_HOSTNAME: ' a, b,,', DOCKGATE_TRUSTED_PROXIES: ',' },
  });
  assert.deepEqual(configuration.hostnames, ['a', 'b']);
  assert.deepEqual(configuration.trustedProxies, []);
});
