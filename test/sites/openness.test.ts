import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { importNginx } from '../../src/sites/nginx/import.js';
import { temporaryDirectory } from '../harness/directory.js';
import { nginxSite, tryImport } from './workshop.js';

const HASH = '$2y$05$abcdefghijklmnopqrstuu5LLnBL2nBBmkQ6pH1H6HnTxYjU2mEqK';
const users = `admin:${HASH}\nbob:${HASH}\n`;
const PASS = 'proxy_pass http://127.0.0.1:5000;';
const ASKS = 'auth_basic x; auth_basic_user_file users;';

type Rules = readonly Readonly<Record<string, unknown>>[];

/** The first rule about a repository, or about all. */
function about(value: Record<string, unknown> | undefined, repository: string | undefined): unknown {
  const { rules } = (value?.['access'] ?? {}) as { rules?: Rules };
  return rules?.find(({ repositories }) =>
    repository === undefined ? repositories === undefined : [repositories].flat().includes(repository),
  );
}

for (const [what, more, repository, rule, sentence] of [
  ['one tag', `location = /v2/a/manifests/x { deny all; ${PASS} }`, 'a', { deny: 'all' }, /part of what/],
  ['tags that begin so', `location /v2/a/manifests/x { deny all; ${PASS} }`, 'a', { deny: 'all' }, /part of/],
  [
    'one tag of all repositories',
    `location ~ ^/v2/.*/manifests/x$ { deny all; ${PASS} }`,
    undefined,
    { allow: ['catalog', 'search', 'admin'] },
    /all repositories/,
  ],
  ['paths in a condition', 'if ($uri ~ ^/v2/a/) { return 403; }', 'a', undefined, /by their paths/],
  [
    'a port',
    'listen 8443 ssl; if ($server_port = 443) { return 403; }',
    undefined,
    { deny: 'all' },
    /condition/,
  ],
  [
    'a password file of a name that changes',
    `location /v2/a/ { auth_basic_user_file /etc/$host; ${PASS} }`,
    'a',
    { deny: 'all' },
    /known only when/,
  ],
  [
    'a token in place of a password',
    `location /v2/a/ { auth_basic off; auth_jwt x; auth_jwt_key_file k; ${PASS} }`,
    'a',
    undefined,
    /Another program/,
  ],
  [
    'a script',
    `location /v2/a/ { auth_basic off; access_by_lua_file x; ${PASS} }`,
    'a',
    undefined,
    /Another/,
  ],
  [
    'another program beside other users',
    `location /v2/a/ { auth_request /x; auth_basic_user_file admins; ${PASS} }`,
    'a',
    { allow: 'all', users: 'admin' },
    /Another program/,
  ],
  [
    'a certificate that one place wants',
    `ssl_client_certificate ca.pem; ssl_verify_client optional;
     location /v2/a/ { auth_basic off; if ($ssl_client_verify != SUCCESS) { return 403; } ${PASS} }`,
    'a',
    { deny: 'all' },
    /condition/,
  ],
  [
    'what lies within something internal',
    `location /v2/a/ { internal; location /v2/a/b/ { auth_basic off; ${PASS} } }`,
    'a/b',
    { deny: 'all' },
    /./,
  ],
] as const)
  test(`an imported site of nginx is no more open than it was, with ${what}`, async (t) => {
    const site = nginxSite(`${ASKS} ${more}`, '');
    const { value, problems } = await tryImport(t, 'nginx', site, { users, admins: `admin:${HASH}\n` });
    const found = about(value, repository) as Record<string, unknown> | undefined;
    if (rule === undefined) assert.ok(found?.['anonymous'] !== true, JSON.stringify(found));
    else
      assert.deepEqual(found, {
        ...rule,
        ...(found?.['repositories'] ? { repositories: found['repositories'] } : {}),
      });
    assert.match(problems.join('\n'), sentence);
  });

const HOST = (inside: string): string => `<VirtualHost *:443>
SSLEngine on
SSLCertificateFile c.pem
SSLCertificateKeyFile k.pem
ProxyPreserveHost on
${inside}
</VirtualHost>`;
const BASIC = 'AuthType Basic\nAuthName x\nAuthUserFile users\nRequire valid-user';

test('an imported site of Apache keeps closed what ProxyPass excepts', async (t) => {
  const site = HOST(
    `ProxyPass /v2/a !\nProxyPass / http://127.0.0.1:5000/\n<Location />\n${BASIC}\n</Location>`,
  );
  const { value } = await tryImport(t, 'apache', site, { users });
  assert.deepEqual(about(value, 'a'), { deny: 'all', repositories: ['a', 'a/**'] });
});

test('what a section of Apache asks beside others for one method leaves them as they were for the rest', async (t) => {
  const site = HOST(`ProxyPass / http://127.0.0.1:5000/
<Location />\n${BASIC}\n</Location>
<Location /v2/a>\nAuthMerging And\n<Limit DELETE>\nRequire user admin\n</Limit>\n</Location>`);
  const { value } = await tryImport(t, 'apache', site, { users });
  const { rules = [] } = (value?.['access'] ?? {}) as { rules?: Rules };
  assert.ok(rules.length > 0);
  assert.deepEqual(
    rules.filter(({ anonymous }) => anonymous === true),
    [],
  );
});

test('a section of Apache about a part of what is passed on is told of', async (t) => {
  const site = HOST(
    `ProxyPass / http://127.0.0.1:5000/\n<Proxy http://127.0.0.1:5000/v2/a/*>\n${BASIC}\n</Proxy>`,
  );
  const { problems } = await tryImport(t, 'apache', site, { users });
  assert.match(problems.join('\n'), /part of what is passed on/);
});

test('a directory of an include that cannot be looked into ends the import, since it may hold what keeps people out', async (t) => {
  const directory = temporaryDirectory(t);
  // A link to itself is closed to everybody, root among them.
  symlinkSync('closed', join(directory, 'closed'));
  writeFileSync(join(directory, 'site.conf'), nginxSite('include closed/*.conf;'));
  const names = ['site.conf'];
  const { text, problems } = await importNginx({ names, directory, prefix: directory, server: undefined });
  assert.equal(text, undefined);
  assert.match(problems[0]?.message ?? '', /cannot be looked into/);
});

test('a site of Apache that asks for groups without a file of them gets rules without groups', async (t) => {
  const site = HOST(
    `ProxyPass / http://127.0.0.1:5000/\n<Location />\n${BASIC.replace('valid-user', 'group crew')}\n</Location>`,
  );
  const { value, problems } = await tryImport(t, 'apache', site, { users });
  assert.deepEqual(value?.['access'], { rules: [{ deny: 'all' }] });
  assert.match(problems.join('\n'), /no AuthGroupFile/);
});

test('what nginx.conf says for all sites is told when a site is read without it', async (t) => {
  const main = 'events {}\nhttp {\n  allow 10.0.0.0/8;\n  deny all;\n  include site.conf;\n}\n';
  const { problems } = await tryImport(t, 'nginx', nginxSite(ASKS, ''), { users, 'nginx.conf': main });
  const said = problems.filter((problem) => problem.includes('holds for all sites'));
  assert.deepEqual(
    said.map((problem) => /^(?:.*\/)?nginx\.conf:(\d+):3: "(\w+)"/.exec(problem)?.slice(1)),
    [
      ['3', 'allow'],
      ['4', 'deny'],
    ],
  );
});
