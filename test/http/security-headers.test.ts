import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Failure } from '../../src/exchange/failure.js';
import { failureReply } from '../../src/http/recovery.js';
import { addSecurity, SecurityHeaders } from '../../src/http/security-headers.js';

test('HSTS stands only where the client speaks HTTPS', () => {
  const security = new SecurityHeaders(86_400_000);
  const secure = ['content-length', '0'];
  addSecurity(secure, security.of(true));
  assert.deepEqual(secure, [
    ...['content-length', '0'],
    ...['x-content-type-options', 'nosniff'],
    ...['strict-transport-security', 'max-age=86400'],
  ]);
  const plain: string[] = [];
  addSecurity(plain, security.of(false));
  assert.deepEqual(plain, ['x-content-type-options', 'nosniff']);
});

test('HSTS can be left out', () => {
  const headers: string[] = [];
  addSecurity(headers, new SecurityHeaders(0).of(true));
  assert.deepEqual(headers, ['x-content-type-options', 'nosniff']);
});

test('what an upstream has sent stands once, and a value is not taken for a name', () => {
  const security = new SecurityHeaders(1_000).of(true);
  const headers = ['Strict-Transport-Security', 'max-age=5', 'X-What', 'x-content-type-options'];
  addSecurity(headers, security);
  assert.deepEqual(headers.slice(4), ['x-content-type-options', 'nosniff']);
  addSecurity(headers, security);
  assert.equal(headers.length, 6);
});

test('pages of our own load nothing and stand in no frame', () => {
  const { headers } = failureReply(new Failure(404, 'UNKNOWN', 'no'), '/x', 'text/html');
  assert.equal(headers['content-security-policy'], "default-src 'none'");
  assert.equal(headers['x-frame-options'], 'DENY');
});
