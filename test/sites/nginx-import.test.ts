import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Directive } from '../../src/sites/directive.js';
import { parseNginx } from '../../src/sites/nginx/syntax.js';
import * as sites from './nginx-sites.js';
import { nginxSite, tryImport } from './workshop.js';

const place = { port: 8443, registry: [5000, 5001], directory: '/etc/nginx' } as const;

test('every directive of the well-known sites is told of with its line', async (t) => {
  for (const make of [
    sites.classic,
    sites.published,
    sites.satisfyAny,
    sites.readOnly,
    sites.balanced,
    sites.nasty,
  ]) {
    const site = make(place);
    const { text } = await tryImport(t, 'nginx', site);
    const told = new Set<number>();
    for (const [, numbers = ''] of text.replaceAll('\n# ', ' ').matchAll(/site\.conf:(\d+(?:, \d+)*)/g)) {
      for (const number of numbers.split(', ')) told.add(Number(number));
    }
    const walk = (block: readonly Directive[]): void => {
      for (const { place, block: inner, name } of block) {
        const isWhole = [
          'events',
          'map',
          'if',
          'limit_except',
          'upstream',
          'http',
          'server',
          'location',
        ].includes(name);
        if (!isWhole || name === 'map')
          assert.ok(told.has(place.line), `${make.name}: line ${place.line} ${name}`);
        if (name !== 'map' && name !== 'if' && name !== 'events' && name !== 'limit_except')
          walk(inner ?? []);
      }
    };
    walk(parseNginx(site, 'site.conf', { directives: 0 }));
  }
});

test('addresses, names, certificates, times and logs are carried over', async (t) => {
  const { value, problems } = await tryImport(
    t,
    'nginx',
    `set_real_ip_from 10.0.0.0/8; real_ip_header X-Forwarded-For; keepalive_timeout 1m 5s; send_timeout 90;
${nginxSite(`listen [::]:443 ssl http2; server_name *.example other.example; proxy_read_timeout 15m;
error_log /var/log/r.err debug; access_log /var/log/r.log combined;
add_header Strict-Transport-Security "max-age=31536000; includeSubDomains" always;`)}
server { listen 80; server_name r.example; return 301 https://$host$request_uri; }`,
    { users: '' },
  );
  assert.deepEqual(value?.['listen'], '[::]:443');
  assert.deepEqual(value?.['hostname'], ['r.example', 'other.example']);
  assert.deepEqual(value?.['trustedProxies'], ['10.0.0.0/8']);
  assert.deepEqual(value?.['timeouts'], { idle: '90s', keepAlive: '1m', firstByte: '15m' });
  assert.deepEqual(value?.['log'], {
    file: '/var/log/r.err',
    level: 'debug',
    access: { file: '/var/log/r.log', format: 'combined' },
  });
  assert.equal((value?.['tls'] as Record<string, unknown> | undefined)?.['hsts'], '31536000s');
  assert.equal(problems.length, 1, problems.join('\n'));
});

test('what nginx decides in a way that rules cannot say is closed, and told', async (t) => {
  const cases: readonly (readonly [string, string, string | undefined, RegExp])[] = [
    ['an unknown condition', 'if ($http_x_key != "s3cret") { return 403; }', undefined, /condition/],
    ['an unknown address', 'set_real_ip_from 10.0.0.1;', 'allow 10.0.0.0/8; deny all;', /X-Real-IP/],
    ['the PROXY protocol', 'listen 444 ssl proxy_protocol;', 'allow 10.0.0.0/8; deny all;', /PROXY protocol/],
  ];
  for (const [what, more, location, sentence] of cases) {
    const { value, problems, text } = await tryImport(t, 'nginx', nginxSite(more, location));
    assert.deepEqual(value?.['access'], { rules: [{ deny: 'all' }] }, what);
    assert.match(problems.join('\n'), sentence, what);
    assert.doesNotMatch(text + problems.join('\n'), /s3cret/);
  }
});

test('where nginx asked nobody for a password dockgate does, and says so', async (t) => {
  for (const location of ['', 'auth_basic x;', 'auth_request /auth;']) {
    const { configuration, problems } = await tryImport(t, 'nginx', nginxSite('', location));
    assert.deepEqual(configuration?.access.rules, [], location);
    assert.ok(problems.length > 0, location);
  }
});

test('a certificate that was needed beside a password does not stand for one', async (t) => {
  const both = await tryImport(t, 'nginx', nginxSite('ssl_verify_client on; ssl_client_certificate ca.pem;'));
  assert.deepEqual(both.configuration?.clientCertificates?.required, true);
  assert.deepEqual(both.configuration?.clientCertificates?.name, 'uri');
  assert.match(both.problems.join('\n'), /subjectAltName URI/);
  const optional = await tryImport(
    t,
    'nginx',
    nginxSite('ssl_verify_client optional; ssl_client_certificate ca.pem;'),
  );
  assert.equal(optional.configuration?.clientCertificates, undefined);
});

test('users of a second password file are named only where their password is the same', async (t) => {
  const site = nginxSite(
    '',
    'auth_basic x; auth_basic_user_file users; limit_except GET { auth_basic_user_file pushers; }',
  );
  const { value, problems } = await tryImport(t, 'nginx', site, {
    users: 'alice:{SHA}a\nbob:{SHA}b\ncarol:{SHA}c\n',
    pushers: 'alice:{SHA}a\nbob:{SHA}other\n',
  });
  const access = value?.['access'] as { rules: Record<string, unknown>[] } | undefined;
  const writing = (access?.rules ?? []).filter(({ allow }) => [allow].flat().includes('push'));
  assert.deepEqual(
    writing.map(({ users }) => users),
    ['alice'],
  );
  assert.match(problems.join('\n'), /1 of its 2 users/);
});

test('a file that is included and missing, or includes itself, ends with its line', async (t) => {
  const missing = await tryImport(t, 'nginx', `${nginxSite('')}include gone.conf;`);
  assert.match(missing.problems.join('\n'), /^site\.conf:6:1: .*gone\.conf does not exist$/);
  const circle = await tryImport(t, 'nginx', `include site.conf;${nginxSite('')}`);
  assert.match(circle.problems.join('\n'), /includes itself/);
  const glob = await tryImport(t, 'nginx', `${nginxSite('')}include conf.d/*.none;`);
  assert.deepEqual(glob.value?.['hostname'], 'r.example');
});

test('a server is chosen by name, and others in front of the same registry are told of', async (t) => {
  const second = nginxSite('').replace('r.example', 's.example').replace('443', '444');
  const { value, problems } = await tryImport(t, 'nginx', nginxSite('') + second, {}, 's.example');
  assert.equal(value?.['hostname'], 's.example');
  assert.match(problems.join('\n'), /This server passes requests on to the registry too/);
  const none = await tryImport(t, 'nginx', nginxSite(''), {}, 'other.example');
  assert.match(none.problems.join('\n'), /No server of the name "other\.example".*r\.example on 443/);
});
