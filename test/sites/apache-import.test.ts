import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tryImport } from './workshop.js';

const site = (location: string, more = ''): string => `<VirtualHost *:443>
ServerName r.example:443
ServerAlias *.example
SSLEngine on
SSLCertificateFile c.pem
SSLCertificateKeyFile c.key
ProxyPass / http://127.0.0.1:5000/
${more}
<Location />
${location}
</Location>
</VirtualHost>
`;

const password = 'AuthType Basic\nAuthName "R"\nAuthUserFile users\n';

test('a password for everything becomes a configuration without rules', async (t) => {
  const { value, problems } = await tryImport(t, 'apache', site(`${password}Require valid-user`));
  assert.equal(value?.['listen'], '0.0.0.0:443');
  assert.equal(value?.['hostname'], 'r.example');
  assert.equal(value?.['realm'], 'R');
  assert.equal(value?.['access'], undefined);
  assert.equal(problems.length, 1, problems.join('\n'));
});

test('what Apache decides in a way that rules cannot say is closed, and told', async (t) => {
  for (const [location, more] of [
    [`${password}Require ldap-user x`, ''],
    [`${password}Require expr %{HTTP_USER_AGENT} != 'x'`, ''],
    ['AuthType Digest\nAuthUserFile users\nRequire valid-user', ''],
    [`Require ip 10.0.0.0/8`, 'RemoteIPHeader X-Client-IP'],
    [`${password}<RequireAll>\nRequire valid-user\nRequire not user x\n</RequireAll>`, ''],
  ] as const) {
    const { value, problems } = await tryImport(t, 'apache', site(location, more));
    assert.deepEqual(value?.['access'], { rules: [{ deny: 'all' }] }, location);
    assert.ok(problems.length > 0, location);
  }
});

test('sections that are not in effect change nothing, and are told of', async (t) => {
  const { value, text } = await tryImport(
    t,
    'apache',
    site(
      `${password}<IfVersion < 2.4>\nAllow from all\nSatisfy Any\n</IfVersion>\n<IfModule mod_authz_core.c>\nRequire valid-user\n</IfModule>`,
    ),
  );
  assert.equal(value?.['access'], undefined);
  assert.match(text.replaceAll('\n# ', ' '), /IfVersion < \(site\.conf:13\)|IfVersion \(site\.conf:13\)/);
});

test('what is no configuration of Apache is told with its line and column', async (t) => {
  for (const [text, sentence] of [
    ['<VirtualHost *:443>\n  </Location>', 'site.conf:2:3: unexpected </location>: expected </virtualhost>'],
    ['\n</Location>', 'site.conf:2:1: unexpected </location>: nothing is open'],
    [' <Location /', 'site.conf:1:2: the section directive is missing its closing ">"'],
    ['<Location />', 'site.conf:1:1: <location> was not closed'],
    ['Include gone.conf', /site\.conf:1:1: .*gone\.conf does not exist/],
  ] as const) {
    const { problems } = await tryImport(t, 'apache', text);
    if (typeof sentence === 'string') assert.deepEqual(problems, [sentence]);
    else assert.match(problems.join('\n'), sentence);
  }
});
