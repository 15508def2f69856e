import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Asked, formOf } from './exchange.js';
import { ALICE, serve } from './token-server.js';

test('requests that cannot be understood are refused with a sentence', async (t) => {
  const server = await serve(t);
  const many = Array.from({ length: 10_000 }, (_, index) => `scope=repository:r${index}:pull`).join('&');
  const long = Array.from(
    { length: 100 },
    (_, index) => `repository:team/${'a'.repeat(200)}${index}:pull`,
  ).join(' ');
  const cases: [Asked, number, RegExp][] = [
    [{ query: 'service=unknown' }, 400, /no tokens are issued here for this service/],
    [{ query: 'service=dockgate&service=other' }, 400, /service is there more than once/],
    [{ query: 'scope=repository' }, 400, /a scope has the form/],
    [{ query: many }, 400, /no more than 100 scopes/],
    [{ query: `scope=${long}`, headers: { authorization: ALICE } }, 400, /do not fit into one token/],
    [{ method: 'PUT' }, 405, /GET or POST/],
    [{ method: 'POST', body: 'x' }, 400, /a POST has a form/],
    [formOf({ grant_type: 'client_credentials' }), 400, /grant_type is password or refresh_token/],
    [formOf({ grant_type: 'password', username: 'alice' }), 400, /password is missing/],
    [
      { ...formOf({}), body: 'grant_type=password&username=a&username=b&password=c' },
      400,
      /username is there more/,
    ],
    [{ ...formOf({}), body: 'x'.repeat(65_537) }, 413, /65536 bytes/],
    [
      { ...formOf({}), body: `${many.slice(0, 60_000)}&grant_type=refresh_token&refresh_token=x` },
      400,
      /no more than 100/,
    ],
  ];
  for (const [asked, expected, sentence] of cases) {
    const { status, json } = await server.ask(asked);
    assert.equal(status, expected, JSON.stringify(json));
    assert.match(String(json['error_description']), sentence);
  }
  assert.deepEqual(server.notices, []);
});
