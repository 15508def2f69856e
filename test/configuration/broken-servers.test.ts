import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatUpstreamServer } from '../../src/configuration/values/upstream-server.js';
import { expectSentences } from './sentences.js';
import { load, problemsOf } from './workspace.js';

const mixed =
  'upstream.servers cannot mix https:// with http:// and unix sockets: a request must be as safe on the way to each server.';

expectSentences([
  [
    'upstream: { servers: [http://a weight=0] }\n',
    '1:23: upstream.servers must have a weight from 1 to 65535, not "0".',
  ],
  [
    'upstream: { servers: [http://a weight=65536] }\n',
    '1:23: upstream.servers must have a weight from 1 to 65535, not "65536".',
  ],
  [
    'upstream: { servers: [http://a weight=] }\n',
    '1:23: upstream.servers must have a weight from 1 to 65535, not "".',
  ],
  [
    'upstream: { servers: [http://a down] }\n',
    '1:23: upstream.servers must not have "down" behind the URL. Leave out a server that is not to be asked.',
  ],
  [
    'upstream: { servers: [http://a max_fails=3] }\n',
    '1:23: upstream.servers must not have "max_fails=3" behind the URL. Set "upstream.maxFails", which holds for all servers.',
  ],
  [
    'upstream: { servers: [http://a backup backup] }\n',
    '1:23: upstream.servers must not have "backup" behind the URL. Known there: weight=NUMBER, backup; each once.',
  ],
  [
    'upstream: { servers: ["a:5000"] }\n',
    '1:23: upstream.servers must begin with a scheme: "http://a:5000".',
  ],
  [
    'upstream: { servers: [http://user:secret@a weight=2] }\n',
    '1:23: upstream.servers must not hold a user name or password. Set "upstream.passAuthorization" to pass on those of the client.',
  ],
  [
    'upstream: { servers: [http://a, http://b, http://a/ weight=2] }\n',
    '1:43: upstream.servers names http://a twice.',
  ],
  ['upstream: { servers: [http://a, https://b] }\n', `1:33: ${mixed}`],
  ['upstream: { servers: [https://a, http+unix:/run/a.sock] }\n', `1:34: ${mixed}`],
  [
    'upstream: { servers: [http://a backup, http://b backup] }\n',
    '1:23: upstream.servers must have a server that is no backup: one without "backup" behind its URL.',
  ],
  [
    'upstream: { url: http://a, servers: [http://b, http://c] }\n',
    '1:38: upstream.servers cannot stand beside "upstream.url": put that one into the list, and remove its line.',
  ],
  [
    'upstream: { url: http://a, maxFails: 2 }\n',
    '1:38: upstream.maxFails has no effect with one server: requests have nowhere else to go.',
  ],
  [
    'upstream: { servers: [http://a], failTimeout: 2s }\n',
    '1:47: upstream.failTimeout has no effect with one server: requests have nowhere else to go.',
  ],
  [
    'upstream: { servers: [http://a, http://b], ca: x.pem }\n',
    '1:48: upstream.ca has no effect: the upstream is not an https:// URL.',
  ],
  [
    'upstream: { servers: [] , maxFails: 2 }\n',
    '1:37: upstream.maxFails has no effect without the URL of the upstream: set "upstream.url".',
  ],
  [
    'upstream: { servers: [http://a, http://b] }\nv1: { registration: false }\n',
    '2:21: v1.registration has no effect with an upstream: only the built-in registry has it.',
  ],
]);

test('A server alone needs no list, and one server in a list is the same as its URL.', async () => {
  for (const yaml of ['upstream: { servers: http://a:5000 }', 'upstream: { servers: [http://a:5000] }'])
    assert.deepEqual(
      (await load({ yaml })).configuration.upstream,
      (await load({ yaml: 'upstream: http://a:5000' })).configuration.upstream,
    );
});

test('Servers are written again as they were, also by a socket whose path has blanks and signs in it.', async () => {
  const written = [
    'https://a',
    'https://b:5000 weight=65535',
    'https://[::1]:5 weight=2 backup',
    'https://c backup',
  ];
  const { configuration } = await load({ yaml: `upstream: { servers: ${JSON.stringify(written)} }` });
  assert.deepEqual(configuration.upstream?.servers.map(formatUpstreamServer), written);
  const sockets = ['http+unix:/run/a.sock', 'http+unix:/run/a%20b%25%3F.sock weight=3'];
  const again = await load({ yaml: `upstream: { servers: ${JSON.stringify(sockets)} }` });
  assert.equal(again.configuration.upstream?.servers[1]?.socketPath, '/run/a b%?.sock');
  assert.deepEqual(again.configuration.upstream?.servers.map(formatUpstreamServer), sockets);
});

test('A URL on the command line beats a list in the file, and a list in the environment a URL in the file.', async () => {
  const list = await load({
    yaml: 'upstream: { servers: [http://a, http://b] }',
    flags: { upstream: 'http://c' },
  });
  assert.deepEqual(list.configuration.upstream?.servers.map(formatUpstreamServer), ['http://c']);
  const url = await load({
    yaml: 'upstream: http://a',
    environment: { DOCKGATE_UPSTREAM_SERVERS: 'http://b,http://c weight=2' },
  });
  assert.deepEqual(url.configuration.upstream?.servers.map(formatUpstreamServer), [
    'http://b',
    'http://c weight=2',
  ]);
});

test('In the environment, too, a URL and a list are one too many.', async () => {
  const environment = { DOCKGATE_UPSTREAM: 'http://a', DOCKGATE_UPSTREAM_SERVERS: 'http://b' };
  assert.deepEqual(await problemsOf({ environment }), [
    'DOCKGATE_UPSTREAM_SERVERS cannot stand beside "upstream.url": put that one into the list, and remove its line.',
  ]);
});
