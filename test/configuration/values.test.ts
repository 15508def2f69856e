import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../src/configuration/nearest.js';
import { duration, durationFrom, durationOrNever } from '../../src/configuration/values/duration.js';
import type { Kind } from '../../src/configuration/values/kind.js';
import { formatListenAddress, listenAddress } from '../../src/configuration/values/listen-address.js';
import { size } from '../../src/configuration/values/quantity.js';
import { quote } from '../../src/configuration/values/quote.js';
import { upstreamUrl } from '../../src/configuration/values/upstream-url.js';

function valueIn<Value>(kind: Kind<Value>, text: string): Value {
  const parsed = kind.parse(text, '/');
  assert.ok('value' in parsed, text);
  return parsed.value;
}

test('Durations become milliseconds.', () => {
  const rows = {
    '500ms': 500,
    '30s': 30_000,
    '1.5s': 1500,
    '5m': 300_000,
    '1h': 3_600_000,
    '2d': 172_800_000,
    '90': 90_000,
  };
  for (const [text, value] of Object.entries({ ...rows, '0': 0, '24d': 2_073_600_000 })) {
    assert.equal(valueIn(duration('zero allowed'), text), value, text);
  }
});

test('A duration may have a least length, or be endless.', () => {
  assert.equal(valueIn(durationFrom(300_000, '5m'), '5m'), 300_000);
  assert.deepEqual(durationFrom(300_000, '5m').parse('299s', '/'), {
    complaint: 'must be 5m at least, not "299s".',
  });
  assert.equal(valueIn(durationOrNever, 'never'), Number.POSITIVE_INFINITY);
  assert.equal(valueIn(durationOrNever, '7d'), 604_800_000);
});

test('The longest duration still fits a timer of Node.', () => {
  assert.ok(valueIn(duration('zero refused'), '24d') < 2 ** 31);
});

test('Sizes become bytes.', () => {
  const rows = {
    '500': 500,
    '7B': 7,
    '1k': 1000,
    '1K': 1000,
    '2kB': 2000,
    '64KiB': 65_536,
    '1.5M': 1_500_000,
  };
  for (const [text, value] of Object.entries({
    ...rows,
    '3MiB': 3_145_728,
    '1G': 1e9,
    '1GiB': 2 ** 30,
    '0': 0,
  })) {
    assert.equal(valueIn(size, text), value, text);
  }
});

test('Addresses to listen on are read and written alike.', () => {
  for (const text of [
    '0.0.0.0:8443',
    '127.0.0.1:0',
    '[::1]:8443',
    '[fe80::1%eth0]:1',
    'localhost:65535',
    'a.b-c.d:1',
  ]) {
    assert.equal(formatListenAddress(valueIn(listenAddress, text)), text);
  }
  assert.equal(formatListenAddress(valueIn(listenAddress, ':8443')), '0.0.0.0:8443');
  assert.equal(formatListenAddress(valueIn(listenAddress, '8443')), '0.0.0.0:8443');
});

test('URLs of an upstream become an origin, and a path for a unix socket.', () => {
  const rows: readonly (readonly [text: string, origin: string, socketPath?: string])[] = [
    ['http://localhost:5000', 'http://localhost:5000'],
    ['http://localhost:5000/', 'http://localhost:5000'],
    ['https://registry', 'https://registry'],
    ['https://registry:443', 'https://registry'],
    ['http://[::1]:5000', 'http://[::1]:5000'],
    ['http://my_registry:5000', 'http://my_registry:5000'],
    ['http+unix:/run/a.sock', 'http://localhost', '/run/a.sock'],
    ['http+unix:///run/a.sock', 'http://localhost', '/run/a.sock'],
    ['http+unix://%2Frun%2Fa.sock', 'http://localhost', '/run/a.sock'],
    ['http+unix://%2frun%2fa%20b.sock/', 'http://localhost', '/run/a b.sock'],
    ['http+unix:/run/user@1/a.sock', 'http://localhost', '/run/user@1/a.sock'],
  ];
  for (const [text, origin, socketPath] of rows) {
    assert.deepEqual(valueIn(upstreamUrl, text), { origin, socketPath }, text);
  }
});

test('A socket whose path the kernel would cut is refused.', () => {
  assert.ok('value' in upstreamUrl.parse(`http+unix:/${'a'.repeat(106)}`, '/'));
  assert.deepEqual(upstreamUrl.parse(`http+unix:/${'a'.repeat(107)}`, '/'), {
    complaint: 'must name a socket with a path of 107 bytes at most.',
  });
});

test('What the operator wrote is quoted on one line, short and without credentials.', () => {
  assert.equal(quote('a\nb\u001b[31m\u009b\u202e'), '"a\\nb\\u001b[31m\\u009b\\u202e"');
  assert.equal(quote('x'.repeat(100)), `"${'x'.repeat(80)}..."`);
  assert.equal(quote('user:secret@host'), '"...@host"');
  assert.equal(quote('HTTPS://user:secret'), '"HTTPS://..."');
});

test('The nearest word is found over slips of the pen, and none when nothing is near.', () => {
  const words = ['listen', 'trustedProxies', 'idle', 'realm'];
  const rows = {
    listn: 'listen',
    lsiten: 'listen',
    Listen: 'listen',
    trusted_proxies: 'trustedProxies',
    idel: 'idle',
  };
  for (const [written, word] of Object.entries(rows)) assert.equal(nearest(written, words), word);
  for (const written of ['', 'x', 'certificates', 'x'.repeat(10_000)])
    assert.equal(nearest(written, words), undefined);
});
