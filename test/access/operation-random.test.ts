import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf } from '../../src/access/operation.js';
import { isRepositoryName } from '../../src/access/repository-name.js';
import { Repository } from '../../src/registry/model/repository.js';
import { parseRoute as parseV1Route } from '../../src/registry/v1/routes.js';
import { parseRoute } from '../../src/registry/v2/routes.js';
import { parseTarget, type Target } from '../../src/routing/target.js';
import { type Below, seededRandom } from '../harness/seeded-random.js';

const WORDS = [
  'a',
  'b0',
  'library',
  'manifests',
  'blobs',
  'uploads',
  'tags',
  'list',
  'json',
  'images',
  'auth',
  'properties',
  'layer',
  'referrers',
  'latest',
  '_catalog',
  'A',
  'a_b',
  'a;b',
  '%61',
  '%74ags',
  'm%61nifests',
  'tag%73',
  '%6Cist',
  `sha256:${'a'.repeat(64)}`,
  `sha256%3a${'b'.repeat(64)}`,
  'a'.repeat(64),
  '123e4567-e89b-42d3-a456-426614174000',
  'x%2fy',
  '..',
  '%2e%2e',
  '%25',
  '%ff',
  '%',
  '',
  'é',
  '\u202e',
];

/** What makes a path of the v2 API understood. */
const ENDS = [
  ['manifests', 'latest'],
  ['blobs', `sha256:${'a'.repeat(64)}`],
  ['blobs', 'uploads', ''],
  ['tags', 'list'],
  ['%74ags', 'list'],
  ['referrers', `sha256:${'a'.repeat(64)}`],
];

const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

function randomPath(below: Below, roots: readonly string[]): string {
  const words = Array.from(
    { length: below(7) },
    () => WORDS[below(below(2) === 0 ? 16 : WORDS.length)] ?? '',
  );
  const end = below(2) === 0 ? [] : (ENDS[below(ENDS.length)] ?? []);
  return [roots[below(roots.length)], ...words, ...end].join('/');
}

/** As the gateway does it; undefined for what it refuses. */
function accepted(raw: string): Target | undefined {
  try {
    return parseTarget(raw);
  } catch {
    return undefined;
  }
}

/** What the registry reads; undefined for what it does not understand. */
function routed<Route>(read: () => Route): Route | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

test('whatever the registry understands as being about a repository needs a right for that one', (context) => {
  const below = seededRandom(context);
  let understood = 0;
  for (let count = 0; count < 60_000; count += 1) {
    const raw = randomPath(below, ['/v2', '/v2', '/%762', '/v2/a']);
    const method = METHODS[below(METHODS.length)] ?? 'GET';
    const { needs } = operationOf(method, { raw, path: raw, query: '' });
    const target = accepted(raw);
    const route = target === undefined ? undefined : routed(() => parseRoute(target.path, below(2) === 0));
    if (route === undefined || route.kind === 'base' || route.kind === 'extensions') continue;
    assert.ok(needs.length > 0, `${method} ${raw}`);
    const name = 'repository' in route ? route.repository.name : undefined;
    if (needs.every(({ action }) => action === 'admin') && (method !== 'GET' || name === undefined)) continue;
    assert.deepEqual([...new Set(needs.map(({ subject }) => subject))], [name], `${method} ${raw}`);
    understood += 1;
  }
  assert.ok(understood > 1_000, `${understood}`);
});

test('the v1 API needs a right for whatever repository its registry understands', (context) => {
  const below = seededRandom(context);
  let understood = 0;
  for (let count = 0; count < 60_000; count += 1) {
    const raw = randomPath(below, ['/v1/repositories', '/v1/%72epositories', '/%761/repositories', '/v1']);
    const method = METHODS[below(METHODS.length)] ?? 'GET';
    const { needs } = operationOf(method, { raw, path: raw, query: '' });
    const target = accepted(raw);
    const route = target === undefined ? undefined : routed(() => parseV1Route(target.path, below(2) === 0));
    if (route === undefined || !('repository' in route)) continue;
    if (needs.length > 0 && needs.every(({ action }) => action === 'admin')) continue;
    const { repository } = route;
    const subjects = needs.map(({ subject }) => subject);
    const name = repository.successor?.name ?? repository.toString();
    assert.ok(subjects.includes(name) && subjects.includes(repository.toString()), `${method} ${raw}`);
    understood += 1;
  }
  assert.ok(understood > 1_000, `${understood}`);
});

test('reading a request never throws, and never forgets what it needs', (context) => {
  const below = seededRandom(context);
  const characters = [
    '/',
    '%',
    '%2f',
    '%00',
    ';',
    '?',
    '#',
    '\\',
    '..',
    'v2',
    'v1',
    'manifests',
    'a',
    'A',
    '\ud800',
    '\0',
    ' ',
  ];
  for (let count = 0; count < 20_000; count += 1) {
    const text = (): string =>
      Array.from({ length: below(12) }, () => characters[below(characters.length)] ?? '').join('');
    const path = `${below(3) === 0 ? '/v2/' : '/'}${text()}`;
    const query = text();
    const method = METHODS[below(METHODS.length)] ?? '';
    const { needs } = operationOf(method, { raw: `${path}?${query}`, path, query });
    for (const { action, subject } of needs) {
      if (typeof subject !== 'string') continue;
      assert.ok(['pull', 'push', 'delete'].includes(action));
      assert.match(subject, /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/);
    }
    if (needs.length === 0) assert.match(path, /^\/(?:_ping|v2\/?|v1\/_ping|v1\/users\/?.*)?$/);
  }
});

test('names of repositories are those of the registry', (context) => {
  const below = seededRandom(context);
  const parts = ['a', '0', '.', '_', '__', '-', '/', 'A', '%', 'é'];
  const seen = new Set<boolean>();
  for (let count = 0; count < 20_000; count += 1) {
    const name = Array.from(
      { length: below(8) },
      () => parts[below(below(3) === 0 ? parts.length : 7)] ?? '',
    ).join('');
    const expected = Repository.read(name) !== undefined;
    seen.add(expected);
    assert.equal(isRepositoryName(name), expected, name);
  }
  assert.equal(seen.size, 2);
  assert.ok(isRepositoryName('a'.repeat(255)) && !isRepositoryName('a'.repeat(256)));
});
