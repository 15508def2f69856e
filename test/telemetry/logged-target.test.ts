import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loggedTarget } from '../../src/telemetry/logged-target.js';
import { readTraceState } from '../../src/telemetry/otlp/trace-context.js';

test('of a target that could not be parsed nothing is told behind a query, a fragment, or what may be a password', () => {
  for (const [raw, told] of [
    ['/v2/a%zz?token=s3cret', '/v2/a%zz'],
    ['/v2/a%zz#s3cret', '/v2/a%zz'],
    ['/user:s3cret@host/v2/', '/user'],
    ['/a:b/c:d:s3cret@x', '/a:b/c'],
    ['/a:b/c@d', '/a:b/c@d'],
    ['/a:b#c@d', '/a:b'],
    ['/a@b:c', '/a@b:c'],
    [`/a:${'s3cret'.repeat(200)}@host`, '/a'],
    ['//user:s3cret@host/', '(not a path)'],
    ['/', '/'],
  ] as const)
    assert.equal(loggedTarget(raw, false), told, raw.slice(0, 40));
});

/** Steps that the machine takes for it, in milliseconds of its own time: what others do meanwhile does not count. */
function cost(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

test('text that any client may send takes no more time to read than it has characters', () => {
  const colons = `/${':'.repeat(16_000)}`;
  const blanks = `a=b,c${' '.repeat(8_000)}d`;
  // With patterns that begin anew at every character, ten of each took seconds.
  const spent = cost(() => {
    for (let round = 0; round < 10; round += 1) {
      assert.equal(loggedTarget(colons, false).length, 512);
      assert.equal(readTraceState(blanks), undefined);
    }
  });
  assert.ok(spent < 1_000, `${spent} ms`);
});
