import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Digest } from '../../../src/registry/model/digest.js';
import type { Repository } from '../../../src/registry/model/repository.js';
import { Repository as RepositoryName } from '../../../src/registry/model/repository.js';
import type { BlobStore, Stores } from '../../../src/registry/store/contracts.js';
import { mountBlob } from '../../../src/registry/v2/mount.js';
import { visibleNames } from '../../../src/registry/v2/visible-names.js';
import { afterwards } from '../../harness/afterwards.js';
import { ask } from '../client.js';
import { digestOf, type Fixture, openFixture, pulling, pushBlob, pushImage } from '../fixture.js';
import { jsonOf, nextOf } from './checklist/asker.js';

async function open(t: TestContext): Promise<Fixture> {
  const fixture = await openFixture();
  afterwards(t, () => fixture.close());
  return fixture;
}

const mine = pulling((name) => name.startsWith('mine/'));

/** All pages, as a client that follows each `Link` gets them. */
async function pages(fixture: Fixture, first: string, rights = mine): Promise<unknown[]> {
  const found: unknown[] = [];
  for (let path: string | undefined = first; path !== undefined; ) {
    const reply = await ask(fixture.handler, 'GET', path, { rights });
    assert.equal(reply.status, 200);
    assert.doesNotMatch(String(reply.headers['link']), /hidden/);
    found.push(jsonOf(reply)['repositories']);
    path = nextOf(reply);
  }
  return found;
}

test('The catalog has full pages of what may be pulled, and leads on only where more of it follows.', async (t) => {
  const fixture = await open(t);
  for (const name of ['hidden/a', 'mine/a', 'mine/b', 'mine/c', 'mine/d', 'z/hidden']) {
    await pushImage(fixture.handler, name, 'latest');
  }
  for (const name of ['hidden/b', 'mine/a/b', 'n/hidden']) await pushImage(fixture.handler, name, 'latest');
  assert.deepEqual(await pages(fixture, '/v2/_catalog?n=2'), [
    ['mine/a', 'mine/a/b'],
    ['mine/b', 'mine/c'],
    ['mine/d'],
  ]);
  assert.deepEqual(await pages(fixture, '/v2/_catalog?n=5'), [
    ['mine/a', 'mine/a/b', 'mine/b', 'mine/c', 'mine/d'],
  ]);
  assert.deepEqual(await pages(fixture, '/v2/_catalog?n=2&last=mine%2Fc'), [['mine/d']]);
  assert.deepEqual(await pages(fixture, '/v2/_catalog?n=0'), [[]]);
  const nothing = pulling(() => false);
  assert.deepEqual(await pages(fixture, '/v2/_catalog?n=1', nothing), [[]]);
});

test('A catalog of nothing but hidden names is looked through up to a bound.', async () => {
  let looked = 0;
  const catalog: Pick<Stores['catalog'], 'list'> = {
    list: async ({ limit }) => {
      const names = Array.from({ length: limit }, (_, index) => `r${looked + index}`);
      looked += limit;
      return { names, more: true };
    },
  };
  assert.deepEqual(await visibleNames(catalog, { limit: 10 }, () => false), { names: [], more: false });
  assert.ok(looked <= 200_000, `${looked} names were looked at`);
});

test('A mount without a source looks at a bounded number of holders, and finds what may be pulled.', async () => {
  const digest = Digest.parse(digestOf('blob'));
  let given = 0;
  const tried: string[] = [];
  const holders = async function* (): AsyncGenerator<Repository> {
    for (let index = 0; index < 10_000; index += 1) {
      given += 1;
      yield RepositoryName.parse(`r${index}`);
    }
  };
  const mount: BlobStore['mount'] = async (_, from) => {
    tried.push(from.name);
    return from.name === 'r500';
  };
  const blobs = { holders, mount } as unknown as BlobStore;
  const to = RepositoryName.parse('mine/app');
  assert.equal(
    await mountBlob(
      blobs,
      digest,
      null,
      to,
      pulling(() => false),
    ),
    false,
  );
  assert.deepEqual([given, tried.length], [1000, 0]);
  given = 0;
  assert.equal(
    await mountBlob(
      blobs,
      digest,
      null,
      to,
      pulling((name) => name === 'r500'),
    ),
    true,
  );
  assert.deepEqual([given, tried], [501, ['r500']]);
  tried.length = 0;
  assert.equal(
    await mountBlob(
      blobs,
      digest,
      'r9999',
      to,
      pulling(() => false),
    ),
    false,
  );
  assert.equal(
    await mountBlob(
      blobs,
      digest,
      '',
      to,
      pulling((name) => name !== 'r500'),
    ),
    false,
  );
  assert.ok(tried.length > 0 && tried.length <= 10, `${tried.length} mounts were tried`);
});

test('A mount that is refused looks like one from a repository without the blob.', async (t) => {
  const { handler } = await open(t);
  const digest = await pushBlob(handler, 'hidden/app', 'secret');
  const missing = digestOf('nowhere');
  const shapes = new Set<string>();
  for (const query of [
    `mount=${digest}&from=hidden/app`,
    `mount=${missing}&from=hidden/app`,
    `mount=${digest}&from=mine/other`,
    `mount=${digest}`,
    `mount=${missing}`,
  ]) {
    const reply = await ask(handler, 'POST', `/v2/mine/app/blobs/uploads/?${query}`, { rights: mine });
    const text = JSON.stringify([reply.status, reply.headers, reply.code]);
    shapes.add(text.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID'));
  }
  assert.deepEqual([...shapes].length, 1);
  assert.match([...shapes].join(''), /^\[202/);
  const own = await ask(handler, 'POST', `/v2/mine/app/blobs/uploads/?digest=${missing}`, {
    body: 'nowhere',
    rights: mine,
  });
  assert.equal(own.status, 201);
  const mounted = await ask(handler, 'POST', `/v2/mine/b/blobs/uploads/?mount=${missing}`, { rights: mine });
  assert.equal(mounted.status, 201);
});

test('The longer name of a repository of the v1 API opens no more than its shorter one.', async (t) => {
  const fixture = await openFixture({ hasLibrary: true });
  afterwards(t, () => fixture.close());
  await pushImage(fixture.handler, 'library/x', 'latest');
  const path = '/v2/library/x/manifests/latest';
  const asked = async (rights: ReturnType<typeof pulling>, to = path): Promise<number> =>
    (await ask(fixture.handler, 'GET', to, { rights })).status;
  assert.equal(await asked(pulling((name) => name === 'library/x')), 403);
  assert.equal(
    await asked(
      pulling((name) => name === 'library/x'),
      '/v2/library/none/tags/list',
    ),
    403,
  );
  assert.equal(await asked(pulling(() => true)), 200);
});

test('A mount from the longer name of a repository takes the right for the shorter one too.', async () => {
  const holders = async function* (): AsyncGenerator<Repository> {
    yield RepositoryName.parse('library/x');
  };
  const blobs = { holders, mount: async () => true } as unknown as BlobStore;
  const [digest, to] = [Digest.parse(digestOf('blob')), RepositoryName.parse('mine/app')];
  const [half, whole] = [pulling((name) => name === 'library/x'), pulling((name) => name !== 'mine/app')];
  for (const source of ['library/x', null]) {
    assert.equal(await mountBlob(blobs, digest, source, to, half), false);
    assert.equal(await mountBlob(blobs, digest, source, to, whole), true);
  }
});
