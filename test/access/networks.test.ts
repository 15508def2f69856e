import assert from 'node:assert/strict';
import { BlockList, isIPv4 } from 'node:net';
import { test } from 'node:test';
import { readAddress } from '../../src/access/ip-address.js';
import { Networks } from '../../src/access/networks.js';
import { seededRandom } from '../harness/seeded-random.js';

function contains(network: string, address: string): boolean {
  const read = readAddress(address);
  assert.ok(read !== undefined, address);
  return new Networks([network]).contains(read);
}

test('a network holds its addresses and no others', () => {
  for (const [network, address] of [
    ['10.0.0.0/8', '10.255.255.255'],
    ['10.1.2.3/8', '10.9.9.9'],
    ['192.0.2.1', '192.0.2.1'],
    ['0.0.0.0/0', '255.255.255.255'],
    ['128.0.0.0/1', '200.0.0.1'],
    ['fd00::/8', 'fdff::1'],
    ['::1', '0:0:0:0:0:0:0:1'],
    ['2001:db8::/33', '2001:db8:7fff::'],
    ['::/0', '2001:db8::1'],
    ['fe80::/10', 'fe80::1%eth0'],
  ] as const) {
    assert.ok(contains(network, address), `${network} ${address}`);
  }
  for (const [network, address] of [
    ['10.0.0.0/8', '11.0.0.0'],
    ['192.0.2.1', '192.0.2.2'],
    ['fd00::/8', 'fe00::1'],
    ['2001:db8::/33', '2001:db8:8000::'],
    ['::/0', '10.0.0.1'],
    ['0.0.0.0/0', '::1'],
  ] as const) {
    assert.ok(!contains(network, address), `${network} ${address}`);
  }
});

test('IPv4 within IPv6 counts as IPv4, in addresses and in networks', () => {
  assert.ok(contains('10.0.0.0/8', '::ffff:10.1.2.3'));
  assert.ok(contains('10.0.0.0/8', '::ffff:a01:203'));
  assert.ok(contains('::ffff:10.0.0.0/104', '10.1.2.3'));
  assert.ok(contains('::ffff:0:0/96', '::ffff:10.1.2.3'));
  assert.ok(!contains('::/0', '::ffff:10.1.2.3'));
  assert.ok(!contains('::10.1.2.3', '10.1.2.3'));
});

test('what is no network is refused, and what is no address is none', () => {
  for (const text of [
    '',
    '10.0.0.0/33',
    '::/129',
    '10.0.0/8',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0.0.0/8x',
    'host',
    '010.0.0.1',
  ]) {
    assert.throws(() => new Networks([text]), RangeError, text);
  }
  for (const text of ['', 'unix', '1.2.3', '::g', '10.0.0.0/8'])
    assert.equal(readAddress(text), undefined, text);
});

test('networks agree with those of node', (context) => {
  const below = seededRandom(context);
  const seen = new Set<boolean>();
  const byte = (): number => [0, 1, 127, 128, 255][below(5)] ?? 0;
  const v4 = (): string => [byte(), byte(), byte(), byte()].join('.');
  const v6 = (): string => Array.from({ length: 8 }, () => (byte() * 256 + byte()).toString(16)).join(':');
  for (let round = 0; round < 3_000; round += 1) {
    const write = below(2) === 0 ? v4 : v6;
    const network = write();
    const bits = below(write === v4 ? 12 : 20);
    const address = below(8) === 0 ? network : write();
    const family = isIPv4(network) ? 'ipv4' : 'ipv6';
    const list = new BlockList();
    list.addSubnet(network, bits, family);
    const expected = list.check(address, family);
    seen.add(expected);
    assert.equal(contains(`${network}/${bits}`, address), expected, `${network}/${bits} ${address}`);
  }
  assert.equal(seen.size, 2);
});
