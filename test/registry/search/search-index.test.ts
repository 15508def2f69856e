import assert from 'node:assert/strict';
import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Handler } from '../../../src/exchange/exchange.js';
import { Failure } from '../../../src/exchange/failure.js';
import { Repository } from '../../../src/registry/model/repository.js';
import { createRegistry } from '../../../src/registry/registry.js';
import { searchDatabase } from '../../../src/registry/search/place.js';
import {
  openSearch,
  type SearchIndex,
  type SearchOptions,
} from '../../../src/registry/search/search-index.js';
import { watchedStores } from '../../../src/registry/search/watched-stores.js';
import type { Stores } from '../../../src/registry/store/contracts.js';
import { openFilesystemStore } from '../../../src/registry/store/filesystem/filesystem-store.js';
import { memoryDirectory } from '../../harness/memory-directory.js';
import { type Below, seededRandom } from '../../harness/seeded-random.js';
import { ask } from '../client.js';
import { pushImage } from '../fixture.js';

interface Searched {
  readonly data: string;
  readonly stores: Stores;
  readonly index: SearchIndex;
  readonly handler: Handler;
}

async function openSearched(
  t: TestContext,
  data = memoryDirectory(t),
  options: Partial<SearchOptions> = {},
): Promise<Searched> {
  const raw = await openFilesystemStore({ directory: data });
  const index = await openSearch({ stores: raw, file: searchDatabase(data), ...options });
  t.after(() => index.close());
  const stores = watchedStores(raw, (name) => index.note(name));
  return { data, stores, index, handler: createRegistry({ store: stores }) };
}

function push(handler: Handler, name: string, description = ''): Promise<unknown> {
  const labels = { 'org.opencontainers.image.description': description };
  return pushImage(handler, name, 'latest', JSON.stringify({ config: { Labels: labels }, name }));
}

function all(index: SearchIndex, text: string, size = 1_000): Promise<string[]> {
  return index.find({ text, page: 1, size }).then(({ results }) => results.map(({ name }) => name));
}

/** The order of the results, as the documentation has it. */
function naive(repositories: ReadonlyMap<string, string>, text: string): string[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (name: string, description: string, word: string): number => {
    const components = name.split('/');
    if (name === word) return 0;
    if (name.endsWith(`/${word}`)) return 1;
    if (components.some((_, index) => components.slice(index).join('/').startsWith(word))) return 2;
    if (name.includes(word)) return 3;
    return description.toLowerCase().includes(word) ? 4 : 5;
  };
  return [...repositories]
    .map(([name, description]) => ({
      name,
      rank: Math.max(0, ...words.map((word) => rank(name, description, word))),
    }))
    .filter((found) => found.rank < 5)
    .sort((a, b) => a.rank - b.rank || a.name.length - b.name.length || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

function word(below: Below, length: number): string {
  return Array.from({ length: 1 + below(length) }, () => 'abx'[below(3)]).join('');
}

test('results come in the order of a plain ranking, whatever was pushed and deleted before', async (t) => {
  const below = seededRandom(t);
  const { index, handler, stores } = await openSearched(t);
  const repositories = new Map<string, string>();
  for (let step = 0; step < 250; step += 1) {
    const name = Array.from({ length: 1 + below(3) }, () => word(below, 4)).join('/');
    if (below(4) === 0 && repositories.has(name)) {
      for await (const { digest } of stores.upkeep.holdings.manifests(Repository.parse(name)))
        await ask(handler, 'DELETE', `/v2/${name}/manifests/${digest}`);
      repositories.delete(name);
    } else {
      const description = Array.from({ length: below(4) }, () => word(below, 3).toUpperCase()).join(' ');
      await push(handler, name, description);
      repositories.set(name, description);
    }
    const text = Array.from({ length: below(3) }, () => word(below, 3)).join(' ');
    const expected = naive(repositories, text);
    assert.deepEqual(await all(index, text), expected, `q=${text}`);
    const page = await index.find({ text, page: 2, size: 3, mayPull: (one) => !one.startsWith('b') });
    const allowed = expected.filter((one) => !one.startsWith('b'));
    assert.deepEqual(
      [page.total, page.results.map((one) => one.name)],
      [allowed.length, allowed.slice(3, 6)],
    );
  }
});

test('characters that mean something to databases are plain, and nothing hostile breaks a search', async (t) => {
  const { index, handler } = await openSearched(t);
  await push(handler, 'a_b', '100% "quoted" OR \u202eright to left\u0000 \u{1f433} NEAR(x)');
  await push(handler, 'axb', 'other');
  for (const text of [
    'a_b',
    '100%',
    '"quoted"',
    '\u{1f433}',
    'NEAR(x)',
    '\u202eright',
    'A_B',
    'to\u0000left',
  ]) {
    assert.deepEqual(await all(index, text), ['a_b'], text);
  }
  for (const text of ['%', '_', '"', "'", '*', '\\', 'a*', 'x'.repeat(10_000), '\ud800', '-', "';--"]) {
    const expected = text === '%' || text === '_' || text === '"' ? ['a_b'] : [];
    assert.deepEqual(await all(index, text), expected, text.slice(0, 20));
  }
  assert.equal((await all(index, '\u0000 \n')).length, 2);
  const words = Array.from({ length: 17 }, (_, count) => `w${count}`).join(' ');
  await assert.rejects(all(index, words), (error) => error instanceof Failure && error.status === 400);
});

test('a removed or damaged database is made anew while the search goes on', async (t) => {
  const { index, handler, data } = await openSearched(t);
  for (let count = 0; count < 30; count += 1) await push(handler, `team/app${count}`, 'text');
  assert.equal((await all(index, 'app')).length, 30);
  const place = join(searchDatabase(data), '..');
  const files = () => readdirSync(place).filter((file) => file.startsWith('search-'));
  for (const file of files()) rmSync(join(place, file));
  assert.equal((await all(index, 'app')).length, 30, 'removed');
  await index.close();
  const damages: ((path: string) => void)[] = [
    (path) => writeFileSync(path, 'no database at all'),
    (path) => truncateSync(path, 5_000),
    (path) => writeFileSync(path, Buffer.alloc(40_000, 7)),
  ];
  for (const damage of damages) {
    for (const file of files().filter((name) => name.endsWith('.sqlite'))) damage(join(place, file));
    const again = await openSearched(t, data);
    assert.equal((await all(again.index, 'app')).length, 30);
    await again.index.close();
  }
});

test('two indexes of one directory see what the other was told', async (t) => {
  const one = await openSearched(t);
  const two = await openSearched(t, one.data);
  await Promise.all(
    Array.from({ length: 40 }, (_, count) => push((count % 2 ? one : two).handler, `app${count}`)),
  );
  assert.equal((await all(one.index, 'app')).length + (await all(two.index, 'app')).length, 80);
});

test('without the library the search is off, is told of once, and pushes go on', async (t) => {
  const problems: string[] = [];
  const { index, handler } = await openSearched(t, memoryDirectory(t), {
    library: 'no-such-library',
    onProblem: (sentence) => problems.push(sentence),
  });
  await push(handler, 'app');
  for (let count = 0; count < 2; count += 1) {
    await assert.rejects(all(index, 'app'), (error) => error instanceof Failure && error.status === 503);
  }
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^search is off/);
});
