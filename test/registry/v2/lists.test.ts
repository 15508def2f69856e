import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { createRegistry } from '../../../src/registry/registry.js';
import type { Listing } from '../../../src/registry/store/contracts.js';
import { ask, type Received } from '../client.js';
import { type Fixture, openFixture, pushBlob, pushImage } from '../fixture.js';

let fixture: Fixture;

beforeEach(async () => {
  fixture = await openFixture();
});
afterEach(() => fixture.close());

function get(target: string): Promise<Received> {
  return ask(fixture.handler, 'GET', target);
}

/** Follows the links of a list from its first page, as clients do. */
async function pages(target: string, field: string): Promise<string[][]> {
  const found: string[][] = [];
  for (let next: string | undefined = target; next !== undefined; ) {
    const reply: Received = await get(next);
    assert.equal(reply.status, 200);
    found.push(JSON.parse(reply.bytes.toString())[field]);
    next = /^<([^>]+)>; rel="next"$/.exec(String(reply.headers['link']))?.[1];
  }
  return found;
}

test('the base says that this is a registry', async () => {
  for (const target of ['/v2/', '/v2']) assert.equal((await get(target)).status, 200);
  assert.equal((await ask(fixture.handler, 'POST', '/v2/')).status, 405);
});

test('tags are listed without regard to case, in pages', async () => {
  for (const tag of ['b', 'A', 'a', 'C', '_x', '1.0']) await pushImage(fixture.handler, 'app', tag);
  assert.deepEqual(await pages('/v2/app/tags/list', 'tags'), [['1.0', '_x', 'A', 'a', 'b', 'C']]);
  assert.deepEqual(await pages('/v2/app/tags/list?n=4', 'tags'), [
    ['1.0', '_x', 'A', 'a'],
    ['b', 'C'],
  ]);
  assert.deepEqual(await pages('/v2/app/tags/list?n=3', 'tags'), [
    ['1.0', '_x', 'A'],
    ['a', 'b', 'C'],
  ]);
  assert.deepEqual(await pages('/v2/app/tags/list?n=0', 'tags'), [[]]);
  assert.deepEqual(await pages('/v2/app/tags/list?last=B', 'tags'), [['b', 'C']]);
  assert.deepEqual(await pages('/v2/app/tags/list?last=nothing&n=2', 'tags'), [[]]);
});

test('a repository without tags has an empty list, an unknown one has none', async () => {
  await pushBlob(fixture.handler, 'app', 'layer');
  assert.equal((await get('/v2/app/tags/list')).bytes.toString(), '{"name":"app","tags":[]}');
  const unknown = await get('/v2/nobody/tags/list');
  assert.deepEqual([unknown.status, unknown.code], [404, 'NAME_UNKNOWN']);
});

test('a number that is none is refused', async () => {
  await pushBlob(fixture.handler, 'app', 'layer');
  for (const n of ['-1', 'x', '1e3', '9999999999']) {
    assert.equal((await get(`/v2/app/tags/list?n=${n}`)).status, 400);
  }
});

test('directories that are no tags are not listed', async () => {
  await pushImage(fixture.handler, 'app', 'v1');
  const tags = join(fixture.tree, 'repositories', 'app', '_manifests', 'tags');
  await mkdir(join(tags, 'half', 'index'), { recursive: true });
  await mkdir(join(tags, '.hidden'));
  await writeFile(join(tags, 'file'), '');
  assert.deepEqual(await pages('/v2/app/tags/list', 'tags'), [['v1']]);
});

test('repositories are listed in byte order, in pages, however deep they lie', async () => {
  const names = ['a', 'a-b', 'a.b/c', 'a/b', 'a/b/c', 'a0', 'b/c/d'];
  for (const name of [...names].reverse()) await pushImage(fixture.handler, name, 'v1');
  await pushBlob(fixture.handler, 'layers/only', 'layer');
  await ask(fixture.handler, 'POST', '/v2/only/begun/blobs/uploads/');
  assert.deepEqual(await pages('/v2/_catalog', 'repositories'), [names]);
  for (let n = 1; n <= names.length; n += 1) {
    const found = await pages(`/v2/_catalog?n=${n}`, 'repositories');
    assert.deepEqual(found.flat(), names);
    assert.equal(found.length, Math.ceil(names.length / n));
  }
  assert.deepEqual(await pages('/v2/_catalog?last=a/a', 'repositories'), [names.slice(3)]);
  assert.deepEqual(await pages('/v2/_catalog?n=0', 'repositories'), [[]]);
});

test('an empty registry has an empty catalog', async () => {
  assert.deepEqual(await pages('/v2/_catalog', 'repositories'), [[]]);
});

test('a reply holds 10,000 tags or 1000 repositories at most, whatever is asked for', async () => {
  const limits: number[] = [];
  const list = async (limit: number): Promise<Listing> => {
    limits.push(limit);
    return { names: ['one'], more: true };
  };
  const { store } = fixture;
  const handler = createRegistry({
    store: {
      ...store,
      tags: { list: (_, { limit }) => list(limit), remove: async () => false },
      catalog: { has: async () => true, list: ({ limit }) => list(limit) },
    },
  });
  for (const query of ['', '?n=999999999', '?n=5']) {
    const reply = await ask(handler, 'GET', `/v2/app/tags/list${query}`);
    assert.match(String(reply.headers['link']), /last=one&n=\d+>; rel="next"$/);
    await ask(handler, 'GET', `/v2/_catalog${query}`);
  }
  assert.deepEqual(limits, [10_000, 1000, 10_000, 1000, 5, 5]);
});
