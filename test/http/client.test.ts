import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Client, TrustedProxies } from '../../src/http/client.js';
import { readRequestHead } from '../../src/http/request-head.js';

const RANGES = ['127.0.0.1', '10.0.0.0/8', 'fe80::/10'];

function clientOf(
  headers: readonly string[],
  peer = '127.0.0.1',
  ranges: readonly string[] = RANGES,
): Client {
  const head = readRequestHead(['Host', 'registry.example', ...headers], 1);
  return new TrustedProxies(ranges).clientOf(head, peer, 'registry.example', true);
}

test('the last of two X-Forwarded-For lines is the nearest hop', () => {
  const client = clientOf(['X-Forwarded-For', '6.6.6.6', 'X-Forwarded-For', '203.0.113.9']);
  assert.equal(client.address, '203.0.113.9');
  assert.equal(client.chain, '203.0.113.9, 127.0.0.1');
});

test('the walk goes on over both lines as long as the hops are trusted', () => {
  const client = clientOf(['X-Forwarded-For', '6.6.6.6, 203.0.113.9', 'X-Forwarded-For', '10.1.1.1']);
  assert.equal(client.address, '203.0.113.9');
  assert.equal(client.chain, '203.0.113.9, 10.1.1.1, 127.0.0.1');
});

for (const [hop, address] of [
  ['203.0.113.9:4711', '203.0.113.9'],
  ['[2001:db8::1]:4711', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['2001:db8::1', '2001:db8::1'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
] as const) {
  test(`a hop may be written as ${hop}`, () => {
    const client = clientOf(['X-Forwarded-For', `6.6.6.6, ${hop}`]);
    assert.equal(client.address, address);
    assert.equal(client.chain, `${address}, 127.0.0.1`);
  });
}

for (const hop of ['unknown', '', '_hidden', '203.0.113', '203.0.113.9:port', '[203.0.113.9', '<script>']) {
  test(`behind a hop that is no address nothing is believed: ${JSON.stringify(hop)}`, () => {
    const client = clientOf(['X-Forwarded-For', `6.6.6.6, ${hop}`]);
    assert.equal(client.address, '127.0.0.1');
    assert.equal(client.chain, '127.0.0.1');
    assert.equal(clientOf(['X-Forwarded-For', `6.6.6.6, ${hop}, 10.1.1.1`]).address, '10.1.1.1');
  });
}

const CLAIMS = [
  ['X-Forwarded-For', '6.6.6.6'],
  ['X-Forwarded-Proto', 'http'],
  ['X-Forwarded-Host', 'evil.example'],
].flat();

test('a peer that is not trusted is itself, whatever it claims', () => {
  for (const [peer, ranges] of [
    ['192.0.2.1', RANGES],
    ['127.0.0.1', []],
  ] as const) {
    assert.deepEqual(clientOf(CLAIMS, peer, ranges), {
      address: peer,
      chain: peer,
      protocol: 'https',
      host: 'registry.example',
    });
  }
});

test('the last X-Forwarded-Proto and X-Forwarded-Host win', () => {
  const lines = ['https', 'http'].flatMap((value) => ['X-Forwarded-Proto', value]);
  const hosts = ['evil.example', 'good.example:8443'].flatMap((value) => ['X-Forwarded-Host', value]);
  const client = clientOf([...lines, ...hosts]);
  assert.equal(client.protocol, 'http');
  assert.equal(client.host, 'good.example:8443');
  const joined = clientOf([
    'X-Forwarded-Proto',
    'http, https',
    'X-Forwarded-Host',
    'evil.example, good.example',
  ]);
  assert.equal(joined.protocol, 'https');
  assert.equal(joined.host, 'good.example');
});

test('an X-Forwarded-Host that is no authority is dropped', () => {
  for (const host of ['', 'a/b', 'user@evil.example', 'a b', 'a:b']) {
    assert.equal(clientOf(['X-Forwarded-Host', host]).host, 'registry.example');
  }
});
