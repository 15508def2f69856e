import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Repository } from '../../src/registry/model/repository.js';
import { RemoteFailure } from '../../src/remote/failure.js';
import { Scope } from '../../src/remote/scope.js';
import { judgeRealm } from '../../src/remote/token-realm.js';

const registry = new URL('https://registry.example.com:5000');
const may = (realm: string | undefined, origin = registry, allowed: readonly string[] = []): boolean =>
  judgeRealm(realm, origin, allowed).mayHavePassword;

test("a password goes to the registry's own host, on any port", () => {
  assert.equal(may('https://registry.example.com:5000/token'), true);
  assert.equal(may('https://registry.example.com:5001/auth?x=1'), true);
  assert.equal(may('https://REGISTRY.example.com/auth'), true);
});

test('a password goes to no other host that the registry chooses, unless the user has named it', () => {
  for (const realm of [
    'https://evil.example.net/token',
    'https://registry.example.com.evil.example.net/token',
    'https://auth.registry.example.com/token',
    'https://registry.example.com\\@evil.example.net/',
  ].filter((text) => new URL(text).hostname !== 'registry.example.com')) {
    assert.equal(may(realm), false, realm);
  }
  const allowed = ['auth.example.com', 'other.example.com:8443'];
  assert.equal(may('https://auth.example.com/token', registry, allowed), true);
  assert.equal(may('https://auth.example.com:444/token', registry, allowed), false);
  assert.equal(may('https://other.example.com:8443/token', registry, allowed), true);
  assert.equal(may('https://other.example.com/token', registry, allowed), false);
});

test('nothing is sent to a realm without TLS, with a user in it, or that is no URL', () => {
  for (const realm of [
    'http://registry.example.com:5000/token',
    'http://auth.example.com/token',
    'ftp://auth.example.com/',
    'file:///etc/passwd',
    'https://a:b@registry.example.com:5000/token',
    '/token',
    '',
    undefined,
  ]) {
    assert.throws(() => judgeRealm(realm, registry, ['auth.example.com']), RemoteFailure, realm);
  }
});

test('without TLS a password goes to the very origin alone', () => {
  const local = new URL('http://127.0.0.1:5000');
  assert.equal(may('http://127.0.0.1:5000/token', local), true);
  assert.throws(() => judgeRealm('http://127.0.0.1:5001/token', local, []), RemoteFailure);
  assert.equal(may('https://127.0.0.1:5001/token', local), false);
});

test('a token is asked for what the request is about, and for nothing else that the registry names', () => {
  const scope = Scope.of(Repository.parse('team/app'), 'pull');
  assert.equal(scope.wanted('repository:team/app:pull,push'), 'repository:team/app:pull,push');
  assert.equal(
    scope.wanted('repository:secret/app:pull repository:team/app:pull'),
    'repository:team/app:pull',
  );
  assert.equal(scope.wanted('repository:team/app2:pull'), 'repository:team/app:pull');
  assert.equal(scope.wanted(undefined), 'repository:team/app:pull');
});
