import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Challenge, type ChallengeMode } from '../../src/identity/challenge.js';

const REQUEST = {
  path: '/v2/a/b/tags/list',
  origin: 'https://registry.example:8443',
  scope: 'repository:a/b:pull',
};
const UNAUTHORIZED = { kind: 'unauthorized' } as const;

function challengeOf(mode: ChallengeMode, more: object = {}): Challenge {
  return new Challenge({ realm: 'dockgate', mode: () => mode, service: 'registry', ...more });
}

test('where tokens are wanted, the client is told where to get one and for what', () => {
  const failure = challengeOf('bearer').failure(UNAUTHORIZED, REQUEST);
  assert.deepEqual([failure.status, failure.code], [401, 'UNAUTHORIZED']);
  assert.equal(
    failure.headers['www-authenticate'],
    'Bearer realm="https://registry.example:8443/token",service="registry",scope="repository:a/b:pull"',
  );
  const ping = challengeOf('bearer').failure(UNAUTHORIZED, { ...REQUEST, path: '/v2/', scope: undefined });
  assert.equal(
    ping.headers['www-authenticate'],
    'Bearer realm="https://registry.example:8443/token",service="registry"',
  );
});

test('outside the v2 API, and where passwords are wanted, a password is asked for', () => {
  const basic = 'Basic realm="dockgate"';
  const bearer = challengeOf('bearer', { offersTokens: true });
  const header = (challenge: Challenge, path: string) =>
    challenge.failure(UNAUTHORIZED, { ...REQUEST, path }).headers['www-authenticate'];
  assert.equal(header(bearer, '/v20'), basic);
  assert.equal(header(bearer, '/'), basic);
  assert.deepEqual(header(bearer, '/v1/users/'), [basic, 'Token']);
  assert.equal(header(challengeOf('basic'), '/v2/'), basic);
});

test('the way of asking follows the rules that hold now', () => {
  let mode: ChallengeMode = 'basic';
  const challenge = new Challenge({ realm: 'r', mode: () => mode, service: 's' });
  const header = (): string => String(challenge.failure(UNAUTHORIZED, REQUEST).headers['www-authenticate']);
  assert.match(header(), /^Basic /);
  mode = 'bearer';
  assert.match(header(), /^Bearer /);
});

test('whoever has a token is told what is wrong with it', () => {
  for (const mode of ['basic', 'bearer'] as const) {
    const challenge = challengeOf(mode);
    const ended = challenge.failure({ kind: 'unauthorized', token: true }, REQUEST);
    // Where passwords are asked for, a token is as good as any other wrong credentials.
    const asked = mode === 'basic' ? /^Basic realm="[^"]*"$/ : /^Bearer .*,error="invalid_token"$/;
    assert.match(String(ended.headers['www-authenticate']), asked);
    const little = challenge.failure({ kind: 'insufficient' }, REQUEST);
    assert.equal(little.status, 401);
    assert.match(
      String(little.headers['www-authenticate']),
      /,scope="repository:a\/b:pull",error="insufficient_scope"$/,
    );
  }
});

test('whoever may not is told so, and no more', () => {
  const failure = challengeOf('bearer').failure({ kind: 'forbidden' }, REQUEST);
  assert.deepEqual(
    [failure.status, failure.code, failure.message],
    [403, 'DENIED', 'you have no right to do this here; whoever runs the registry can give it to you'],
  );
  assert.deepEqual(failure.headers, {});
});

test('users are sent to the token server that they know', () => {
  const challenge = challengeOf('bearer', { tokenServer: 'https://auth.example/token' });
  assert.equal(
    challenge.failure(UNAUTHORIZED, REQUEST).headers['www-authenticate'],
    'Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull"',
  );
});

test('nobody writes into the line by a host name, a scope or a service', () => {
  for (const origin of [
    'https://a"b',
    'https://a\r\nx: y',
    'https://a,b',
    'https://',
    'ftp://a',
    `https://${'a'.repeat(300)}`,
  ])
    assert.equal(
      challengeOf('bearer').failure(UNAUTHORIZED, { ...REQUEST, origin }).headers['www-authenticate'],
      'Basic realm="dockgate"',
      origin,
    );
  const scope = challengeOf('bearer').failure(UNAUTHORIZED, { ...REQUEST, scope: 'repository:a"\\b:pull' });
  assert.match(String(scope.headers['www-authenticate']), /scope="repository:a\\"\\\\b:pull"$/);
  const broken = challengeOf('bearer').failure(UNAUTHORIZED, { ...REQUEST, scope: 'a\r\nb' });
  assert.doesNotMatch(String(broken.headers['www-authenticate']), /scope/);
  const service = challengeOf('bearer', { service: 'a"\r\nb' }).failure(UNAUTHORIZED, REQUEST);
  assert.match(String(service.headers['www-authenticate']), /service="a\\"b"/);
});
