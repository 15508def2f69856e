import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { test } from 'node:test';
import { Scrubber } from '../../../src/telemetry/crash/scrubber.js';
import { SECRETS } from './secrets.js';

const scrubber = new Scrubber(['known-to-nobody'], '/opt/dockgate/');

for (const [what, text, secret] of SECRETS) {
  test(`${what} does not leave`, () => {
    for (const around of [text, `before ${text} after`, `{"message":${JSON.stringify(text)}}`]) {
      const clean = scrubber.text(around);
      assert.ok(!clean.includes(secret), clean);
      assert.equal(scrubber.text(clean), clean);
    }
  });
}

test('what is known to be a secret does not leave, whatever it looks like', () => {
  assert.equal(scrubber.text('a known-to-nobody b'), 'a *** b');
});

test('what helps to find the mistake stays', () => {
  for (const text of [
    'connect ECONNREFUSED 127.0.0.1:5000',
    `the digest sha256:${'0123456789abcdef'.repeat(4)} is not that of the content`,
    'no such file: /var/lib/dockgate/docker/registry/v2/repositories/team/app/_manifests/tags/latest/current/link',
    "Cannot read properties of undefined (reading 'length')",
    '    at Passage.onResponseStart (/dockgate/dist/upstream/passage.js:104:31)',
    'the token is not signed by a known key',
    'the request basic authentication was refused',
    'the stream ended with ERR_HTTP2_STREAM_CANCEL_AND_MORE',
    'ENOSPC: no space left on device, write',
    'robot dgt_0123456789abcdef has no such right',
  ])
    assert.equal(scrubber.text(text), text);
});

test('the directories of the program and of its user are told by other names', () => {
  assert.equal(
    scrubber.text('at open (file:///opt/dockgate/dist/cli/run.js:1:2)'),
    'at open (/dockgate/dist/cli/run.js:1:2)',
  );
  assert.equal(scrubber.text(`no such file: ${homedir()}/x/y`), 'no such file: ~/x/y');
});

test('names of members and texts in lists are scrubbed as well, and what lies too deep is left out', () => {
  let deep: unknown = 'end';
  for (let level = 0; level < 20; level += 1) deep = { deep };
  const clean = JSON.stringify(
    scrubber.data(
      { 'known-to-nobody': ['known-to-nobody', 1, null], kept: 'known-to-nobody', deep },
      new Set(['kept']),
    ),
  );
  assert.ok(clean.startsWith('{"***":["***",1,null],"kept":"known-to-nobody"'), clean);
  assert.ok(!clean.includes('end'), clean);
});

test('a hostile text takes no longer than its length', () => {
  for (const text of [
    'a.',
    'password',
    '-----BEGIN A-----',
    '$2a$',
    'a:',
    '://',
    '?a=',
    'x-',
    '"',
    '\\"',
    '{SHA}',
  ])
    assert.ok(scrubber.text(text.repeat(20_000)).length <= 8_192);
});
