import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { Tag } from '../../../../src/registry/model/reference.js';
import { ImageId } from '../../../../src/registry/model/v1/image-id.js';
import { V1Repository } from '../../../../src/registry/model/v1/v1-repository.js';
import type { V1Stores } from '../../../../src/registry/store/v1-contracts.js';

/** An id made of a name, always the same for the same. */
export function idOf(name: string): ImageId {
  return idFrom(createHash('sha256').update(name).digest('hex'));
}

/** @throws when the text is no id. */
export function idFrom(text: string): ImageId {
  const id = ImageId.read(text);
  if (id === undefined) throw new Error(`no id: ${text}`);
  return id;
}

/** @throws when the text is no repository. */
export function repositoryOf(path: string): V1Repository {
  const repository = V1Repository.readPath(path);
  if (repository === undefined) throw new Error(`no repository: ${path}`);
  return repository;
}

export function tagOf(name: string): Tag {
  return Tag.parse(name);
}

/** JSON of an image, with something to tell two apart. */
export function jsonOf(id: ImageId, parent?: ImageId, comment = ''): Buffer {
  return Buffer.from(JSON.stringify({ id: id.hex, parent: parent?.hex, comment }));
}

/** Payload checksum, by its definition. */
export function payloadOf(json: Uint8Array, layer: Uint8Array): string {
  return `sha256:${createHash('sha256').update(json).update('\n').update(layer).digest('hex')}`;
}

export function bodyOf(...chunks: readonly (string | Uint8Array)[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

/** A body that breaks off after what it has. */
export function brokenBodyOf(chunk: string): Readable {
  const body = new Readable({ read: () => undefined });
  body.push(chunk);
  setImmediate(() => body.destroy());
  return body;
}

/** Pushes a whole image as a client does. @returns the payload checksum. */
export async function pushImage(
  stores: V1Stores,
  id: ImageId,
  ancestors: readonly ImageId[] = [],
  layer: Uint8Array = randomBytes(100),
): Promise<string> {
  const json = jsonOf(id, ancestors[0]);
  await stores.pushes.begin(id, json, [id, ...ancestors]);
  await stores.pushes.receive(id, bodyOf(layer));
  const payload = payloadOf(json, layer);
  const completion = await stores.pushes.complete(id, payload);
  if (completion !== 'complete') throw new Error(`the push ended with: ${completion}`);
  return payload;
}

/** The bytes of an image's layer. */
export async function layerOf(stores: V1Stores, id: ImageId): Promise<Buffer | undefined> {
  const blob = await stores.images.layer(id);
  const body = await blob?.open(0, blob.size);
  if (blob === undefined || body === undefined) return undefined;
  if (typeof body === 'string' || !('file' in body)) throw new Error('a layer is a part of a file');
  try {
    const bytes = Buffer.alloc(blob.size);
    await body.file.read(bytes, 0, blob.size, body.start);
    return bytes;
  } finally {
    await body.file.close();
  }
}
