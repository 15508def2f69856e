import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Asker, jsonOf, nextOf, refusal } from './asker.js';

const registry = new Asker();

async function pushTags(...names: string[]): Promise<void> {
  const manifest = await registry.image('one');
  for (const name of names) await registry.put(manifest, name);
}

async function tags(query = ''): Promise<unknown> {
  return jsonOf(await registry.get(`/v2/app/tags/list${query}`))['tags'];
}

test('T1: the tags of a repository are a list, which may be empty', async () => {
  await registry.pushed('one');
  const reply = await registry.get('/v2/app/tags/list');
  assert.deepEqual([reply.status, jsonOf(reply)], [200, { name: 'app', tags: [] }]);
});

test('T2: tags are in lexical order without regard to case', async () => {
  await pushTags('b', 'A', 'a', 'C', '10', '9');
  assert.deepEqual(await tags(), ['10', '9', 'A', 'a', 'b', 'C']);
});

test('T3: n tags come exactly, and fewer at the end', async () => {
  await pushTags('a', 'b', 'c');
  assert.deepEqual(await tags('?n=2'), ['a', 'b']);
  assert.deepEqual(await tags('?n=3'), ['a', 'b', 'c']);
  assert.deepEqual(await tags('?n=4'), ['a', 'b', 'c']);
});

test('T4: n=0 gives an empty list without a Link', async () => {
  await pushTags('a', 'b');
  const reply = await registry.get('/v2/app/tags/list?n=0');
  assert.deepEqual([jsonOf(reply)['tags'], reply.headers['link']], [[], undefined]);
});

test('T5: a Link leads to the next page and is missing on the last', async () => {
  await pushTags('a', 'b', 'c');
  const first = await registry.get('/v2/app/tags/list?n=2');
  assert.equal(first.headers['link'], '</v2/app/tags/list?last=b&n=2>; rel="next"');
  const second = await registry.get(nextOf(first) ?? '');
  assert.deepEqual([jsonOf(second)['tags'], second.headers['link']], [['c'], undefined]);
});

test('T6: last is left out, and need not be there', async () => {
  await pushTags('a', 'b', 'c');
  assert.deepEqual(await tags('?last=a'), ['b', 'c']);
  assert.deepEqual(await tags('?last=aa&n=1'), ['b']);
  assert.deepEqual(await tags('?last=c'), []);
});

test('T7: an unknown repository gets 404 NAME_UNKNOWN', async () => {
  assert.equal(refusal(await registry.get('/v2/nobody/tags/list')), '404 NAME_UNKNOWN');
});
