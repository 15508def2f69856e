import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { errorCode, sha256 } from '../../harness/registry-client.js';
import { imageOf } from '../crash/image.js';
import { checkStoredFiles } from '../crash/stored-files.js';
import { ARENA, blobPath, contentAt, expectStatus, manifestPath, Rivals } from './rivals.js';

/** Rounds of each meeting. More find more. */
const ROUNDS = Number(process.env['DOCKGATE_TEST_ROUNDS'] ?? 20);

/** One meeting of two clients; the number makes names unique. */
type Meeting = (rivals: Rivals, round: number) => Promise<void>;

const MEETINGS: Record<string, Meeting> = {
  'two pushers of the same layer both succeed': async (rivals) => {
    const content = randomBytes(1 + rivals.below(300_000));
    const push = (client: ReturnType<Rivals['any']>) =>
      rivals.below(2) === 0 ? client.pushBlob(ARENA, content) : client.pushChunks(ARENA, content, 100_000);
    const [one, other] = await rivals.meet(push, push);
    expectStatus(one, 201);
    expectStatus(other, 201);
    assert.equal(await rivals.shown(blobPath(sha256(content))), sha256(content));
  },

  'two pushers of the same tag leave it with one of theirs': async (rivals) => {
    const [mine, yours] = [await rivals.image(), await rivals.image()];
    const [one, other] = await rivals.meet(
      (client) => client.putManifest(ARENA, 'contested', mine),
      (client) => client.putManifest(ARENA, 'contested', yours),
    );
    expectStatus(one, 201);
    expectStatus(other, 201);
    const winner = await rivals.shown(manifestPath('contested'));
    assert.ok([sha256(mine), sha256(yours)].includes(winner ?? ''));
    for (const text of [mine, yours]) {
      assert.equal(await rivals.shown(manifestPath(sha256(text))), sha256(text));
    }
  },

  'a pull of a blob during its delete is whole or a clean 404': async (rivals) => {
    const digest = sha256(await rivals.blob(200_000 + rivals.below(1_000_000)));
    const [, gone] = await rivals.meet(
      (client) => contentAt(client, blobPath(digest)),
      (client) => client.send('DELETE', blobPath(digest)),
    );
    expectStatus(gone, 202);
    assert.equal(await rivals.shown(blobPath(digest)), undefined);
  },

  'a pull of an image during its delete is whole or a clean 404': async (rivals, round) => {
    const text = await rivals.image();
    expectStatus(await rivals.any().putManifest(ARENA, `pulled-${round}`, text), 201);
    const [, gone] = await rivals.meet(
      (client) => contentAt(client, manifestPath(`pulled-${round}`)),
      (client) => client.send('DELETE', manifestPath(sha256(text))),
    );
    expectStatus(gone, 202);
    assert.equal(await rivals.shown(manifestPath(`pulled-${round}`)), undefined);
    assert.equal(await rivals.isListed(`pulled-${round}`), false);
  },

  'a push and a delete of the same image leave all of it or nothing': async (rivals, round) => {
    const text = await rivals.image();
    const digest = sha256(text);
    const tag = `both-${round}`;
    expectStatus(await rivals.any().putManifest(ARENA, tag, text), 201);
    const [put, gone] = await rivals.meet(
      (client) => client.putManifest(ARENA, tag, text),
      (client) => client.send('DELETE', manifestPath(digest)),
    );
    expectStatus(put, 201);
    expectStatus(gone, 202);
    const [held, tagged] = [await rivals.shown(manifestPath(digest)), await rivals.shown(manifestPath(tag))];
    assert.equal(await rivals.isListed(tag), tagged !== undefined, 'a tag is listed when it leads somewhere');
    assert.equal(tagged, held, 'the tag has the fate of the manifest');
  },

  'a push and a delete of the same tag leave the manifest': async (rivals, round) => {
    const [before, after] = [await rivals.image(), await rivals.image()];
    const tag = `moved-${round}`;
    expectStatus(await rivals.any().putManifest(ARENA, tag, before), 201);
    const [put, gone] = await rivals.meet(
      (client) => client.putManifest(ARENA, tag, after),
      (client) => client.send('DELETE', manifestPath(tag)),
    );
    expectStatus(put, 201);
    expectStatus(gone, 202);
    const tagged = await rivals.shown(manifestPath(tag));
    assert.ok(tagged === undefined || tagged === sha256(after), 'the tag is gone or new');
    assert.equal(await rivals.isListed(tag), tagged !== undefined);
    for (const text of [before, after]) {
      assert.equal(await rivals.shown(manifestPath(sha256(text))), sha256(text));
    }
  },

  'a delete of a blob and a push of an image that names it': async (rivals, round) => {
    const content = await rivals.blob();
    const digest = sha256(content);
    const text = imageOf([{ digest, size: content.length }]);
    const [put, gone] = await rivals.meet(
      (client) => client.putManifest(ARENA, `named-${round}`, text),
      (client) => client.send('DELETE', blobPath(digest)),
    );
    expectStatus(gone, 202);
    expectStatus(put, 201, 400);
    if (put.status === 400) assert.equal(errorCode(put), 'MANIFEST_BLOB_UNKNOWN');
    const expected = put.status === 201 ? sha256(text) : undefined;
    assert.equal(await rivals.shown(manifestPath(`named-${round}`)), expected);
    assert.equal(
      await rivals.shown(blobPath(digest)),
      undefined,
      'a delete that was acknowledged has happened',
    );
    expectStatus(await rivals.any().pushBlob(ARENA, content), 201);
    assert.equal(await rivals.shown(blobPath(digest)), digest, 'the same blob can be pushed again');
  },

  'a mount during the delete of its source': async (rivals) => {
    const digest = sha256(await rivals.blob());
    const [mounted, gone] = await rivals.meet(
      (client) => client.mount('team/target', digest, ARENA),
      (client) => client.send('DELETE', blobPath(digest)),
    );
    expectStatus(gone, 202);
    expectStatus(mounted, 201, 202);
    const expected = mounted.status === 201 ? digest : undefined;
    assert.equal(await rivals.shown(blobPath(digest, 'team/target')), expected);
    assert.equal(await rivals.shown(blobPath(digest)), undefined);
  },

  'two writers of the same upload do not mix their bytes': async (rivals) => {
    const upload = await rivals.any().beginUpload(ARENA);
    assert.ok(typeof upload === 'string');
    const [mine, yours] = [randomBytes(150_000), randomBytes(150_000)];
    const [one, other] = await rivals.meet(
      (client) => client.sendChunk(upload, mine, 0),
      (client) => client.sendChunk(upload, yours, 0),
    );
    const winners = [one, other].filter(({ status }) => status === 202);
    assert.equal(winners.length, 1, `one of two is taken: ${one.status} and ${other.status}`);
    expectStatus(one, 202, 416);
    expectStatus(other, 202, 416);
    const content = one.status === 202 ? mine : yours;
    const digest = sha256(content);
    const ends = await rivals.meet(
      (client) => client.endUpload(upload, digest),
      (client) => client.endUpload(upload, digest),
    );
    for (const end of ends) expectStatus(end, 201, 404, 416);
    assert.ok(ends.some(({ status }) => status === 201));
    assert.equal(await rivals.shown(blobPath(digest)), digest);
  },

  'two uploads of the same content, one of them given up': async (rivals) => {
    const content = randomBytes(20_000);
    const upload = await rivals.any().beginUpload(ARENA);
    assert.ok(typeof upload === 'string');
    const [end, given] = await rivals.meet(
      (client) => client.endUpload(upload, sha256(content), content),
      (client) => client.send('DELETE', upload),
    );
    expectStatus(given, 204, 404);
    expectStatus(end, 201, 404);
    const expected = end.status === 201 ? sha256(content) : undefined;
    assert.equal(await rivals.shown(blobPath(sha256(content))), expected);
  },
};

test('clients that meet through three gateways on one directory', async (t) => {
  const rivals = await Rivals.start(t);
  for (const [title, meet] of Object.entries(MEETINGS)) {
    await t.test(title, async () => {
      for (let round = 0; round < ROUNDS; round += 1) await meet(rivals, round);
    });
  }
  await checkStoredFiles(rivals.data, new Set());
});
