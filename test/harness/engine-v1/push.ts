import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tarsum } from '../tarsum.js';
import { EngineError, type EngineSession } from './session.js';
import type { Exchanged } from './transport.js';

/** An image that an engine holds. */
export interface EngineImage {
  readonly id: string;
  readonly json: Buffer;
  /** The archive of its layer, without compression. */
  readonly archive: Buffer;
}

/** What is to be pushed: by tag, the images from the base to the one that is tagged. */
export type Pushed = ReadonlyMap<string, readonly EngineImage[]>;

const JSON_TYPE = { 'content-type': 'application/json' };

/** Old engines read errors as JSON objects whose values are strings, and fail on anything else. */
function errorOf({ body }: Exchanged): string | undefined {
  const decoded: unknown = JSON.parse(body.toString());
  if (typeof decoded !== 'object' || decoded === null || Array.isArray(decoded)) {
    throw new EngineError(`cannot unmarshal ${body.toString()} into map[string]string`);
  }
  const values = Object.values(decoded);
  if (!values.every((value) => typeof value === 'string')) {
    throw new EngineError(`cannot unmarshal ${body.toString()} into map[string]string`);
  }
  return (decoded as { error?: string }).error;
}

/** @returns false when the image is there already, so that nothing more of it is sent. */
function judge(reply: Exchanged, what: string): boolean {
  if (reply.status === 200) return true;
  if (errorOf(reply) === 'Image already exists') return false;
  throw new EngineError(`HTTP code ${reply.status} while uploading ${what}: ${reply.body.toString()}`);
}

async function isThere(session: EngineSession, { id }: EngineImage): Promise<boolean> {
  const { status } = await session.registry({
    method: 'GET',
    path: `/v1/images/${id}/json`,
    headers: {},
  });
  return status === 200;
}

/** Sends one image: json, layer, checksum. */
async function pushImage(session: EngineSession, { id, json, archive }: EngineImage): Promise<void> {
  const place = `/v1/images/${id}`;
  const metadata = await session.registry({
    method: 'PUT',
    path: `${place}/json`,
    headers: JSON_TYPE,
    body: json,
  });
  if (!judge(metadata, 'metadata')) return;
  const layer = gzipSync(archive);
  const uploaded = await session.registry({
    method: 'PUT',
    path: `${place}/layer`,
    headers: { 'content-type': 'application/octet-stream' },
    chunks: layer,
  });
  if (uploaded.status !== 200) {
    throw new EngineError(`Received HTTP code ${uploaded.status} while uploading layer`);
  }
  const payload = createHash('sha256').update(json).update('\n').update(layer).digest('hex');
  const checked = await session.registry({
    method: 'PUT',
    path: `${place}/checksum`,
    headers: {
      'x-docker-checksum': tarsum(archive, json),
      'x-docker-checksum-payload': `sha256:${payload}`,
    },
  });
  judge(checked, 'checksum');
}

async function pushImages(session: EngineSession, name: string, pushed: Pushed): Promise<void> {
  const images = new Map([...pushed.values()].flat().map((image) => [image.id, image]));
  const absent = new Set<string>();
  if (session.ways.looksUpAll) {
    for (const image of images.values()) if (!(await isThere(session, image))) absent.add(image.id);
  }
  for (const image of images.values()) {
    const isAbsent = session.ways.looksUpAll ? absent.has(image.id) : !(await isThere(session, image));
    if (isAbsent) await pushImage(session, image);
    for (const [tag, chain] of pushed) {
      if (chain.at(-1)?.id !== image.id) continue;
      const { status } = await session.registry({
        method: 'PUT',
        path: `/v1/repositories/${name}/tags/${tag}`,
        headers: JSON_TYPE,
        body: `"${image.id}"`,
      });
      if (status !== 200 && status !== 201) {
        throw new EngineError(`Internal server error: ${status} trying to push tag ${tag} on ${name}`);
      }
    }
  }
}

/** Pushes tags of a repository. @param name as it was typed, without the host. */
export async function push(session: EngineSession, name: string, pushed: Pushed): Promise<void> {
  await session.ping();
  const entries = [...pushed].flatMap(([tag, chain]) =>
    chain.map(({ id }, at) => (at === chain.length - 1 ? { id, Tag: tag } : { id })),
  );
  const announced = await session.index({
    method: 'PUT',
    path: `/v1/repositories/${name}/`,
    headers: { ...JSON_TYPE, 'x-docker-token': 'true' },
    body: JSON.stringify([...new Map(entries.map((entry) => [entry.id, entry])).values()]),
  });
  if (announced.status !== 200 && announced.status !== 201) {
    throw new EngineError(`Error: Status ${announced.status} trying to push repository ${name}`);
  }
  if (!session.given.token) throw new EngineError("Index response didn't contain an access token");
  if (!session.given.endpoints) throw new EngineError("Index response didn't contain any endpoints");
  await pushImages(session, name, pushed);
  const closed = await session.index({
    method: 'PUT',
    path: `/v1/repositories/${name}/images`,
    headers: { ...JSON_TYPE, 'x-docker-token': 'true', 'x-docker-endpoints': session.endpoints },
    body: '[]',
  });
  if (closed.status !== 204) {
    throw new EngineError(`Error: Status ${closed.status} trying to push checksums ${name}`);
  }
}
