import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditLine } from '../../src/telemetry/audit-line.js';

const TIME = '2026-11-28T07:00:00.000Z';

test('a line is one JSON object with the time first and without what is undefined', () => {
  const line = auditLine(TIME, { event: 'push', user: 'alice', digest: undefined, status: 201 });
  assert.equal(line, `{"time":"${TIME}","event":"push","user":"alice","status":201}\n`);
});

test('controls, marks of direction and line separators are escaped, and read back as they were', () => {
  const user =
    'a\u0000\n\r\u001b[2J\u007f\u009b\u202eecila\u2066\u200f\u061c\u2028\u2029\u00ad\ufeff\u{e0041}\ud800';
  const line = auditLine(TIME, { event: 'login', user, detail: { names: [user], text: user } });
  assert.match(line, /^[\x20-\x7e]*\n$/);
  const read = JSON.parse(line) as { user: string; detail: { names: string[]; text: string } };
  assert.deepEqual([read.user, read.detail.names[0], read.detail.text], [user, user, user]);
});

test('letters of any language stay readable', () => {
  assert.ok(auditLine(TIME, { event: 'login', user: 'ärger-世界-😀' }).includes('"ärger-世界-😀"'));
});

test('long texts and lists are cut', () => {
  const names = Array.from({ length: 10_000 }, (_, index) => `user-${index}-${'x'.repeat(1000)}`);
  const detail = { added: names, ...Object.fromEntries(names.map((name) => [name.slice(0, 12), name])) };
  const line = auditLine(TIME, { event: 'users changed', user: 'u'.repeat(20_000), detail });
  assert.ok(line.length < 100_000, `${line.length}`);
  const read = JSON.parse(line) as { user: string; detail: { added: string[] } };
  assert.equal(read.user, `${'u'.repeat(512)}…`);
  assert.equal(read.detail.added.length, 101);
  assert.equal(read.detail.added.at(-1), '… and 9900 more');
});

test('what a caller has beside the fields of an event is not written', () => {
  const event = { event: 'login', user: 'alice', authorization: 'Basic c2VjcmV0', headers: { cookie: 'x' } };
  assert.equal(auditLine(TIME, event), `{"time":"${TIME}","event":"login","user":"alice"}\n`);
});
