import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscriberOf, Throttle } from '../../src/identity/throttle.js';

class Clock {
  time = 1_000_000;
  readonly now = (): number => this.time;
}

const LIMITS = { burst: 3, interval: 1_000, addresses: 4 };

function spendAll(throttle: Throttle, address: string): void {
  for (let count = 0; count < LIMITS.burst; count += 1) {
    assert.equal(throttle.delay(address), 0);
    throttle.spend(address);
  }
}

test('an address may try its burst, and then waits for the interval', () => {
  const clock = new Clock();
  const throttle = new Throttle(LIMITS, clock.now);
  spendAll(throttle, '192.0.2.1');
  assert.equal(throttle.delay('192.0.2.1'), 1_000);
  assert.equal(throttle.delay('192.0.2.2'), 0);
  clock.time += 750;
  assert.equal(throttle.delay('192.0.2.1'), 250);
  clock.time += 250;
  assert.equal(throttle.delay('192.0.2.1'), 0);
  throttle.spend('192.0.2.1');
  assert.equal(throttle.delay('192.0.2.1'), 1_000);
});

test('tries come back with time, but never more than the burst', () => {
  const clock = new Clock();
  const throttle = new Throttle(LIMITS, clock.now);
  spendAll(throttle, '192.0.2.1');
  clock.time += 1_000_000_000;
  spendAll(throttle, '192.0.2.1');
  assert.equal(throttle.delay('192.0.2.1'), 1_000);
});

test('a right password gives its try back', () => {
  const throttle = new Throttle(LIMITS, new Clock().now);
  for (let count = 0; count < 100; count += 1) {
    assert.equal(throttle.delay('192.0.2.1'), 0);
    throttle.spend('192.0.2.1');
    throttle.refund('192.0.2.1');
  }
  throttle.refund('192.0.2.1');
  throttle.refund('192.0.2.1');
  spendAll(throttle, '192.0.2.1');
  assert.equal(throttle.delay('192.0.2.1'), 1_000);
});

test('only so many addresses are remembered, and the longest unseen one is forgotten first', () => {
  const throttle = new Throttle(LIMITS, new Clock().now);
  spendAll(throttle, '192.0.2.1');
  for (const last of [2, 3, 4]) throttle.spend(`192.0.2.${last}`);
  throttle.spend('192.0.2.1');
  for (const last of [5, 6, 7]) throttle.spend(`192.0.2.${last}`);
  assert.ok(throttle.delay('192.0.2.1') > 0, 'seen lately, so remembered');
  throttle.spend('192.0.2.8');
  assert.equal(throttle.delay('192.0.2.1'), 0);
});

test('the addresses of one IPv6 network count as one, and those of another do not', () => {
  const throttle = new Throttle(LIMITS, new Clock().now);
  throttle.spend('2001:db8:1:2::1');
  throttle.spend('2001:db8:1:2:ffff:ffff:ffff:ffff');
  throttle.spend('2001:db8:1:2:0:0:0:3');
  assert.ok(throttle.delay('2001:db8:1:2::ffff') > 0);
  assert.equal(throttle.delay('2001:db8:1:3::1'), 0);
});

test('a subscriber is an IPv4 address or 64 bits of IPv6, however it is spelled', () => {
  const same: readonly (readonly string[])[] = [
    [
      '192.0.2.1',
      '::ffff:192.0.2.1',
      '::FFFF:192.0.2.1',
      '::ffff:c000:201',
      '0:0:0:0:0:ffff:192.0.2.1',
      '0000:0000:0000:0000:0000:FFFF:C000:0201',
    ],
    ['2001:db8:1:2:3:4:192.0.2.1', '2001:db8:1:2::192.0.2.1'],
    [
      '2001:db8::1',
      '2001:db8:0:0::2',
      '2001:0db8:0000:0000:1:2:3:4',
      '2001:DB8::ffff:1',
      '2001:db8:0:0:0:0:0:0',
    ],
    ['::1', '::', '0:0:0:0::5', '::1:2:3:4'],
    ['1:2:3:4::', '1:2:3:4:5:6:7:8', '1:2:3:4:5::8'],
    ['fe80::1%eth0', 'fe80::2%eth0'],
  ];
  const subscribers = same.map((addresses) => {
    const found = new Set(addresses.map(subscriberOf));
    assert.equal(found.size, 1, `${addresses}: ${[...found]}`);
    return [...found][0];
  });
  assert.equal(new Set(subscribers).size, same.length);
});
