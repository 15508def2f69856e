import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { Digest } from '../../../src/registry/model/digest.js';
import { type Manifest, parseManifest } from '../../../src/registry/model/manifest.js';
import { Tag } from '../../../src/registry/model/reference.js';
import { Repository } from '../../../src/registry/model/repository.js';
import { UploadId } from '../../../src/registry/model/upload-id.js';
import { BodyBroken } from '../../../src/registry/receive.js';
import type { Stores } from '../../../src/registry/store/contracts.js';
import {
  DigestMismatch,
  UploadBusy,
  UploadOutOfOrder,
  UploadUnknown,
} from '../../../src/registry/store/failure.js';

/** A place for content that is empty when it is opened. */
export interface OpenStores {
  readonly stores: Stores;
  /** Opens the same place once more, as another process would. */
  again(): Promise<Stores>;
  close(): Promise<void>;
}

const APP = Repository.parse('team/app');
const OTHER = Repository.parse('other');

function bodyOf(...chunks: string[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

function digestOf(text: string): Digest {
  return Digest.of(Buffer.from(text));
}

function manifestOf(note: string, about?: Digest): { digest: Digest; manifest: Manifest } {
  const subject = about && { mediaType: 'application/x', digest: about.toString(), size: 1 };
  const bytes = Buffer.from(
    JSON.stringify({ schemaVersion: 2, manifests: [], annotations: { note }, subject }),
  );
  return { digest: Digest.of(bytes), manifest: parseManifest(bytes, '') };
}

async function upload(stores: Stores, repository: Repository, text: string): Promise<Digest> {
  const id = await stores.uploads.start(repository, 'sha256');
  await stores.uploads.finish(repository, id, digestOf(text), bodyOf(text));
  return digestOf(text);
}

/** What every store has to do, whatever it keeps its content in. */
export function testStores(title: string, open: () => Promise<OpenStores>): void {
  describe(title, () => {
    let place: OpenStores;
    let stores: Stores;

    beforeEach(async () => {
      place = await open();
      stores = place.stores;
    });
    afterEach(() => place.close());

    test('a finished upload is held by its repository and by no other', async () => {
      const digest = await upload(stores, APP, 'content');
      assert.equal((await stores.blobs.find(APP, digest))?.size, 7);
      assert.equal(await stores.blobs.find(OTHER, digest), undefined);
      assert.equal((await (await place.again()).blobs.find(APP, digest))?.size, 7);
    });

    test('an upload goes on in another process', async () => {
      const id = await stores.uploads.start(APP, 'sha256');
      assert.equal(await stores.uploads.append(APP, id, bodyOf('ab'), 0), 2);
      const others = await place.again();
      assert.equal(await others.uploads.size(APP, id), 2);
      assert.equal(await others.uploads.append(APP, id, bodyOf('cd'), 2), 4);
      assert.equal(await stores.uploads.append(APP, id, bodyOf('ef')), 6);
      await others.uploads.finish(APP, id, digestOf('abcdefg'), bodyOf('g'), 6);
      assert.equal((await stores.blobs.find(APP, digestOf('abcdefg')))?.size, 7);
      assert.equal(await stores.uploads.size(APP, id), undefined);
    });

    test('an upload takes bodies in their order only', async () => {
      const id = await stores.uploads.start(APP, 'sha256');
      await stores.uploads.append(APP, id, bodyOf('ab'));
      await assert.rejects(
        stores.uploads.append(APP, id, bodyOf('cd'), 3),
        (error) => error instanceof UploadOutOfOrder && error.size === 2,
      );
      await assert.rejects(
        stores.uploads.finish(APP, id, digestOf('abab'), bodyOf('ab'), 0),
        UploadOutOfOrder,
      );
      assert.equal(await stores.uploads.size(APP, id), 2);
    });

    test('two processes cannot write to one upload at once', async () => {
      const id = await stores.uploads.start(APP, 'sha256');
      const others = await place.again();
      const slow = new Readable({ read: () => undefined });
      const started = new Promise((resolve) => slow.once('resume', resolve));
      const first = stores.uploads.append(APP, id, slow);
      await started;
      await assert.rejects(others.uploads.append(APP, id, bodyOf('x')), UploadBusy);
      await assert.rejects(others.uploads.finish(APP, id, digestOf('x'), bodyOf('x')), UploadBusy);
      slow.push('ab');
      slow.push(null);
      assert.equal(await first, 2);
      assert.equal(await others.uploads.append(APP, id, bodyOf('c')), 3);
    });

    test('a body that breaks off leaves what has come', async () => {
      const id = await stores.uploads.start(APP, 'sha256');
      async function* breaking(): AsyncGenerator<Buffer> {
        yield Buffer.from('abc');
        throw new Error('gone');
      }
      await assert.rejects(stores.uploads.append(APP, id, Readable.from(breaking())), BodyBroken);
      await assert.rejects(
        stores.uploads.finish(APP, id, digestOf('abcabc'), Readable.from(breaking())),
        BodyBroken,
      );
      await stores.uploads.finish(APP, id, digestOf('abcabcd'), bodyOf('d'), 6);
      assert.equal((await stores.blobs.find(APP, digestOf('abcabcd')))?.size, 7);
    });

    test('content of another digest never becomes a blob', async () => {
      const id = await stores.uploads.start(APP, 'sha256');
      const finish = stores.uploads.finish(APP, id, digestOf('one'), bodyOf('two'));
      await assert.rejects(finish, (error) => {
        return error instanceof DigestMismatch && error.actual.equals(digestOf('two'));
      });
      assert.equal(await stores.blobs.find(APP, digestOf('one')), undefined);
      assert.equal(await stores.uploads.size(APP, id), undefined);
    });

    test('an upload that is unknown or cancelled takes nothing', async () => {
      const id = await stores.uploads.start(APP, 'sha256');
      assert.equal(await stores.uploads.cancel(OTHER, id), false);
      assert.equal(await stores.uploads.cancel(APP, id), true);
      assert.equal(await stores.uploads.cancel(APP, id), false);
      await assert.rejects(stores.uploads.append(APP, id, bodyOf('x')), UploadUnknown);
      await assert.rejects(
        stores.uploads.finish(APP, UploadId.create(), digestOf('x'), bodyOf('x')),
        UploadUnknown,
      );
    });

    test('two uploads of one blob both end well', async () => {
      await Promise.all(Array.from({ length: 8 }, () => upload(stores, APP, 'same')));
      assert.equal((await stores.blobs.find(APP, digestOf('same')))?.size, 4);
    });

    test('a blob is mounted where it is held, and its removal is for one repository', async () => {
      const digest = await upload(stores, OTHER, 'layer');
      assert.equal(await stores.blobs.mount(digestOf('missing'), OTHER, APP), false);
      assert.equal(await stores.blobs.mount(digest, OTHER, APP), true);
      assert.equal(await stores.blobs.remove(OTHER, digest), true);
      assert.equal(await stores.blobs.remove(OTHER, digest), false);
      assert.equal(await stores.blobs.find(OTHER, digest), undefined);
      assert.equal((await stores.blobs.find(APP, digest))?.size, 5);
    });

    test('a manifest is found by digest and by every tag', async () => {
      const { digest, manifest } = manifestOf('one');
      await stores.manifests.put(APP, digest, manifest, [Tag.parse('v1'), Tag.parse('v2')]);
      for (const reference of [digest, Tag.parse('v1'), Tag.parse('v2')]) {
        const found = await stores.manifests.get(APP, reference);
        assert.deepEqual(Buffer.from(found?.bytes ?? []), Buffer.from(manifest.bytes));
        assert.equal(found?.mediaType, manifest.mediaType);
      }
      assert.equal(await stores.manifests.get(OTHER, digest), undefined);
      assert.equal(await stores.manifests.get(APP, Tag.parse('v3')), undefined);
    });

    test('a removed manifest takes its tags along, in every process at once', async () => {
      const { digest, manifest } = manifestOf('one');
      const others = await place.again();
      await stores.manifests.put(APP, digest, manifest, [Tag.parse('v1')]);
      assert.ok(await others.manifests.get(APP, Tag.parse('v1')));
      assert.equal(await stores.manifests.remove(APP, digest), true);
      assert.equal(await stores.manifests.remove(APP, digest), false);
      assert.equal(await others.manifests.get(APP, Tag.parse('v1')), undefined);
      assert.equal(await others.manifests.get(APP, digest), undefined);
      assert.deepEqual(await others.tags.list(APP, { limit: 9 }), { names: [], more: false });
    });

    test('pushing and removing one manifest at once leaves no tag that leads nowhere', async () => {
      const { digest, manifest } = manifestOf('one');
      const others = await place.again();
      for (let round = 0; round < 20; round += 1) {
        await Promise.all([
          stores.manifests.put(APP, digest, manifest, [Tag.parse('v1')]),
          others.manifests.remove(APP, digest),
        ]);
        const { names } = (await stores.tags.list(APP, { limit: 9 })) ?? { names: [] };
        for (const name of names) assert.ok(await stores.manifests.get(APP, Tag.parse(name)));
        await stores.manifests.put(APP, digest, manifest, [Tag.parse('v1')]);
        assert.ok(await others.manifests.get(APP, Tag.parse('v1')));
      }
    });

    test('many who push one tag leave it on one of their manifests', async () => {
      const pushed = ['a', 'b', 'c', 'd'].map((note) => manifestOf(note));
      const tag = Tag.parse('v1');
      await Promise.all(
        pushed.map(({ digest, manifest }) => stores.manifests.put(APP, digest, manifest, [tag])),
      );
      const found = await stores.manifests.get(APP, tag);
      assert.ok(pushed.some(({ digest }) => found?.digest.equals(digest)));
    });

    test('a repository is known once it has held something, and listed while it holds a manifest', async () => {
      const others = await place.again();
      assert.equal(await stores.catalog.has(APP), false);
      assert.equal(await stores.tags.list(APP, { limit: 9 }), undefined);
      assert.deepEqual(await others.catalog.list({ limit: 9 }), { names: [], more: false });
      const { digest, manifest } = manifestOf('one');
      await upload(stores, OTHER, 'layer');
      await stores.manifests.put(APP, digest, manifest, []);
      assert.equal(await stores.catalog.has(APP), true);
      assert.equal(await stores.catalog.has(OTHER), true);
      assert.deepEqual(await stores.catalog.list({ limit: 9 }), { names: ['team/app'], more: false });
      await stores.manifests.put(OTHER, digest, manifest, []);
      for (const each of [stores, others]) {
        const both = { names: ['other', 'team/app'], more: false };
        assert.deepEqual(await each.catalog.list({ limit: 2 }), both);
        assert.deepEqual(await each.catalog.list({ limit: 1 }), { names: ['other'], more: true });
        assert.deepEqual(await each.catalog.list({ limit: 1, after: 'other' }), {
          names: ['team/app'],
          more: false,
        });
      }
      await others.manifests.remove(APP, digest);
      for (const each of [stores, others]) {
        assert.deepEqual(await each.catalog.list({ limit: 9 }), { names: ['other'], more: false });
      }
      await stores.manifests.put(APP, digest, manifest, []);
      assert.equal((await others.catalog.list({ limit: 9 })).names.length, 2);
    });

    test('a manifest with a subject is listed among its referrers as long as it is held', async () => {
      const subject = digestOf('subject');
      const everything = { limit: 9, bytes: 9_000 };
      const list = async (from: Stores): Promise<string[]> =>
        (await from.referrers.list(APP, subject, everything)).referrers.map(({ digest }) => digest);
      const others = await place.again();
      const one = manifestOf('one', subject);
      await stores.manifests.put(APP, one.digest, one.manifest, [Tag.parse('v1')]);
      for (const each of [stores, others]) assert.deepEqual(await list(each), [one.digest.toString()]);
      assert.deepEqual((await stores.referrers.list(OTHER, subject, everything)).referrers, []);
      await others.manifests.remove(APP, one.digest);
      for (const each of [stores, others]) assert.deepEqual(await list(each), []);
    });

    test('referrers come in the order of their digests, in pages bounded by number and by bytes', async () => {
      const subject = digestOf('subject');
      const pushed = ['a', 'b', 'c', 'd', 'e'].map((note) => manifestOf(note, subject));
      for (const { digest, manifest } of pushed) await stores.manifests.put(APP, digest, manifest, []);
      const expected = pushed.map(({ digest }) => digest.toString()).sort();
      for (const page of [
        { limit: 2, bytes: 9_000 },
        { limit: 9, bytes: 1 },
        { limit: 9, bytes: 9_000 },
      ]) {
        const found: string[] = [];
        let after: Digest | undefined;
        do {
          const part = await stores.referrers.list(
            APP,
            subject,
            after === undefined ? page : { ...page, after },
          );
          assert.ok(
            part.referrers.length > 0 && part.referrers.length <= (page.bytes === 1 ? 1 : page.limit),
          );
          found.push(...part.referrers.map(({ digest }) => digest));
          after = part.next;
        } while (after !== undefined);
        assert.deepEqual(found, expected);
      }
    });
  });
}
