import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AuditRequest } from '../../src/telemetry/audit-event.js';
import { requestEvent } from '../../src/telemetry/audit-request.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGE = 'b'.repeat(64);

function request(
  method: string,
  path: string,
  status: number,
  more: Partial<AuditRequest> = {},
): AuditRequest {
  const action = method === 'DELETE' ? 'delete' : method === 'GET' ? 'pull' : 'push';
  const who = { id: 'x-1', user: 'alice', address: '192.0.2.1', way: 'password' };
  return { ...who, method, path, status, action, repository: 'team/app', ...more };
}

/** What tells one event from another. */
function told(input: AuditRequest): unknown {
  const event = requestEvent(input);
  if (event === undefined) return undefined;
  const { event: name, reference, digest, detail } = event;
  return JSON.parse(JSON.stringify({ name, reference, digest, detail }));
}

const WRITES: readonly [string, AuditRequest, unknown][] = [
  [
    'a manifest by its tag',
    request('PUT', '/v2/team/app/manifests/v1', 201, { digest: DIGEST }),
    { name: 'push', reference: 'v1', digest: DIGEST },
  ],
  [
    'a manifest by its digest, whose colon is encoded',
    request('PUT', `/v2/team/app/manifests/${DIGEST.replace(':', '%3A')}`, 201),
    { name: 'push', digest: DIGEST },
  ],
  [
    'the end of an upload',
    request('PUT', '/v2/team/app/blobs/uploads/0815', 201, { digest: DIGEST }),
    { name: 'push', digest: DIGEST },
  ],
  [
    'a blob in one request',
    request('POST', '/v2/team/app/blobs/uploads/', 201, { digest: DIGEST }),
    { name: 'push', digest: DIGEST },
  ],
  [
    'a mount',
    request('POST', '/v2/team/app/blobs/uploads/', 201, { digest: DIGEST, mount: { source: 'other/app' } }),
    { name: 'mount', digest: DIGEST, detail: { source: 'other/app' } },
  ],
  [
    'a mount from wherever',
    request('POST', '/v2/team/app/blobs/uploads/', 201, { digest: DIGEST, mount: { source: undefined } }),
    { name: 'mount', digest: DIGEST, detail: { source: null } },
  ],
  ['a deleted tag', request('DELETE', '/v2/team/app/manifests/v1', 202), { name: 'delete', reference: 'v1' }],
  [
    'a deleted blob in a repository with the words of the API in its name',
    request('DELETE', `/v2/manifests/blobs/blobs/${DIGEST}`, 202),
    { name: 'delete', digest: DIGEST },
  ],
  [
    'a v1 layer',
    request('PUT', `/v1/images/${IMAGE}/layer`, 200, { repository: undefined }),
    { name: 'push', reference: IMAGE, detail: { part: 'layer' } },
  ],
  ['a v1 tag', request('PUT', '/v1/repositories/team/app/tags/v1', 200), { name: 'push', reference: 'v1' }],
  [
    'a v1 tag of a name of one part',
    request('DELETE', '/v1/repositories/app/tags/v1', 200),
    { name: 'delete', reference: 'v1' },
  ],
  [
    'the images that a v1 push announces',
    request('PUT', '/v1/repositories/team/app/images', 204),
    { name: 'push', detail: { part: 'images' } },
  ],
  ['a v1 repository', request('DELETE', '/v1/repositories/team/app/', 200), { name: 'delete' }],
  [
    'a path that only the registry behind knows',
    request('POST', '/admin/run', 200, { action: 'admin', repository: undefined }),
    { name: 'admin', detail: { method: 'POST', part: '/admin/run' } },
  ],
];

for (const [what, input, expected] of WRITES) {
  test(`${what} makes an event`, () => assert.deepEqual(told(input), expected));
}

const NOTHING: readonly [string, AuditRequest][] = [
  ['a pull', request('GET', '/v2/team/app/manifests/v1', 200)],
  ['an upload that begins', request('POST', '/v2/team/app/blobs/uploads/', 202)],
  [
    'a mount that became an upload',
    request('POST', '/v2/team/app/blobs/uploads/', 202, { mount: { source: 'x' } }),
  ],
  ['a part of an upload', request('PATCH', '/v2/team/app/blobs/uploads/0815', 202)],
  [
    'an upload that is given up',
    request('DELETE', '/v2/team/app/blobs/uploads/0815', 204, { action: 'push' }),
  ],
  ['a push that failed', request('PUT', '/v2/team/app/manifests/v1', 400)],
  ['a delete of what is not there', request('DELETE', '/v2/team/app/manifests/v1', 404)],
  ["a stranger's first request", request('GET', '/v2/', 401, { user: undefined, way: undefined })],
  ['a request that needs no right', request('PUT', '/v2/x', 200, { action: undefined })],
];

for (const [what, input] of NOTHING) {
  test(`${what} makes no event`, () => assert.equal(requestEvent(input), undefined));
}

test('a lacking right makes an event with what was wanted, also for reading', () => {
  const event = requestEvent(request('GET', '/v2/team/app/manifests/v1', 403, { digest: DIGEST }));
  assert.deepEqual(JSON.parse(JSON.stringify(event)), {
    event: 'denied',
    outcome: 'refused',
    user: 'alice',
    address: '192.0.2.1',
    way: 'password',
    id: 'x-1',
    repository: 'team/app',
    reference: 'v1',
    action: 'pull',
    status: 403,
    detail: { method: 'GET' },
  });
});

test('a token that does not reach makes an event, although its answer is a 401', () => {
  assert.equal(
    requestEvent(request('PUT', '/v2/team/app/manifests/v1', 401, { way: 'bearer' }))?.event,
    'denied',
  );
});

test('no path makes it throw', () => {
  for (const path of [
    '/',
    '/v1',
    '/v2',
    '/v1/images',
    '/v1/images/',
    '/v1/repositories/',
    '/v2/a/manifests/%',
  ]) {
    for (const method of ['PUT', 'DELETE', 'POST']) assert.ok(requestEvent(request(method, path, 201)));
  }
});
