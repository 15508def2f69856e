import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { type RegistryClient, sha256, type WholeReply } from '../../harness/registry-client.js';
import { imageOf } from '../crash/image.js';

/** Where the deeds are done. */
export const REPOSITORY = 'team/app';

/** One request that changes something, and how to see whether it has been done. */
export interface Deed {
  readonly status: number;
  send(): Promise<WholeReply>;
  isDone(): Promise<boolean>;
}

/** Prepares a deed while the disk is sound. */
export type Preparation = (client: RegistryClient) => Promise<Deed>;

/** Pushes a blob. @returns its digest. */
export async function push(client: RegistryClient, content: Uint8Array): Promise<string> {
  assert.equal((await client.pushBlob(REPOSITORY, content)).status, 201);
  return sha256(content);
}

async function isWhole(client: RegistryClient, path: string, digest: string): Promise<boolean> {
  const { status, body } = await client.send('GET', path);
  assert.ok(
    status === 404 || (status === 200 && sha256(body) === digest),
    `${path}: ${status} ${body.length}`,
  );
  return status === 200;
}

async function image(client: RegistryClient): Promise<string> {
  const content = randomBytes(100);
  return imageOf([{ digest: await push(client, content), size: content.length }]);
}

let tags = 0;

async function tagged(client: RegistryClient): Promise<{ tag: string; text: string; digest: string }> {
  tags += 1;
  const text = await image(client);
  assert.equal((await client.putManifest(REPOSITORY, `t${tags}`, text)).status, 201);
  return { tag: `t${tags}`, text, digest: sha256(text) };
}

const blobs = `/v2/${REPOSITORY}/blobs`;
const manifests = `/v2/${REPOSITORY}/manifests`;

/** Everything that changes what a registry shows. */
export const DEEDS: Record<string, Preparation> = {
  'a blob in one request': async (client) => {
    const content = randomBytes(300_000);
    return {
      status: 201,
      send: () => client.pushBlob(REPOSITORY, content),
      isDone: () => isWhole(client, `${blobs}/${sha256(content)}`, sha256(content)),
    };
  },
  'the last chunk of a blob': async (client) => {
    const content = randomBytes(60_000);
    const upload = await client.beginUpload(REPOSITORY);
    assert.ok(typeof upload === 'string');
    assert.equal((await client.sendChunk(upload, content.subarray(0, 50_000), 0)).status, 202);
    return {
      status: 201,
      send: () => client.endUpload(upload, sha256(content), content.subarray(50_000)),
      isDone: () => isWhole(client, `${blobs}/${sha256(content)}`, sha256(content)),
    };
  },
  'a mount': async (client) => {
    const digest = await push(client, randomBytes(2000));
    return {
      status: 201,
      send: () => client.mount('other/app', digest, REPOSITORY),
      isDone: () => isWhole(client, `/v2/other/app/blobs/${digest}`, digest),
    };
  },
  'a manifest under a new tag': async (client) => {
    const text = await image(client);
    tags += 1;
    const tag = `t${tags}`;
    return {
      status: 201,
      send: () => client.putManifest(REPOSITORY, tag, text),
      isDone: () => isWhole(client, `${manifests}/${tag}`, sha256(text)),
    };
  },
  'a tag that moves': async (client) => {
    const [from, to] = [await tagged(client), await tagged(client)];
    return {
      status: 201,
      send: () => client.putManifest(REPOSITORY, from.tag, to.text),
      isDone: async () => {
        const { status, body } = await client.send('GET', `${manifests}/${from.tag}`);
        assert.equal(status, 200, 'the tag is never lost');
        assert.ok([from.digest, to.digest].includes(sha256(body)));
        return sha256(body) === to.digest;
      },
    };
  },
  'a tag that goes': async (client) => {
    const { tag, digest } = await tagged(client);
    return {
      status: 202,
      send: () => client.send('DELETE', `${manifests}/${tag}`),
      isDone: async () => !(await isWhole(client, `${manifests}/${tag}`, digest)),
    };
  },
  'a manifest that goes': async (client) => {
    const { tag, digest } = await tagged(client);
    return {
      status: 202,
      send: () => client.send('DELETE', `${manifests}/${digest}`),
      isDone: async () => {
        const isTagged = await isWhole(client, `${manifests}/${tag}`, digest);
        const isHeld = await isWhole(client, `${manifests}/${digest}`, digest);
        assert.ok(isHeld || !isTagged, 'no tag is left that leads nowhere');
        return !isHeld;
      },
    };
  },
  'a blob that goes': async (client) => {
    const digest = await push(client, randomBytes(2000));
    return {
      status: 202,
      send: () => client.send('DELETE', `${blobs}/${digest}`),
      isDone: async () => !(await isWhole(client, `${blobs}/${digest}`, digest)),
    };
  },
};
