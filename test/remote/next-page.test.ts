import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RemoteFailure } from '../../src/remote/failure.js';
import { nextPage } from '../../src/remote/next-page.js';
import { waitingTime } from '../../src/remote/retry-after.js';

const from = new URL('https://registry.example.com:5000/v2/_catalog?n=2');
const next = (link: string | undefined): string | undefined => nextPage(link, from)?.href;

test('a list goes on where its Link leads, relative or absolute', () => {
  assert.equal(next(undefined), undefined);
  assert.equal(next('</v2/_catalog?last=b&n=2>; rel="next"'), `${from.origin}/v2/_catalog?last=b&n=2`);
  assert.equal(next('<?last=b&n=2>; rel=next'), `${from.origin}/v2/_catalog?last=b&n=2`);
  assert.equal(next('</a>; rel="prev", </v2/c?x=1>; rel="next"'), `${from.origin}/v2/c?x=1`);
  assert.equal(next('</a>; rel="prev"'), undefined);
});

test('a proxy that writes another scheme into the Link does not change where the request goes', () => {
  assert.equal(
    next('<http://registry.example.com/v2/_catalog?last=b>; rel="next"'),
    `${from.origin}/v2/_catalog?last=b`,
  );
});

test('a list never goes on at another host, or on the page where it is', () => {
  assert.throws(() => next('<https://evil.example.net/v2/_catalog?last=b>; rel="next"'), RemoteFailure);
  assert.throws(() => next('<//evil.example.net/v2/_catalog>; rel="next"'), RemoteFailure);
  assert.throws(() => next('</v2/_catalog?n=2>; rel="next"'), RemoteFailure);
});

test('one waits as long as the server says, in seconds or until a date, and a minute at most', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(waitingTime('7', 1, now), 7_000);
  assert.equal(waitingTime('Thu, 01 Jan 2026 00:00:09 GMT', 1, now), 9_000);
  assert.equal(waitingTime('Thu, 01 Jan 2015 00:00:09 GMT', 1, now), 0);
  assert.equal(waitingTime('999999999', 1, now), 60_000);
  assert.deepEqual(
    [1, 2, 3, 9].map((attempt) => waitingTime('soon', attempt, now)),
    [1_000, 2_000, 4_000, 60_000],
  );
});
