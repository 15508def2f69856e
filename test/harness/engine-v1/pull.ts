import { EngineError, type EngineSession } from './session.js';
import type { Exchanged } from './transport.js';

/** An image as it came from a registry. */
export interface PulledImage {
  readonly id: string;
  readonly json: Buffer;
  /** As it was on the wire. */
  readonly layer: Buffer;
}

/** What a pull brought. */
export interface Pulled {
  /** Ids by tag, of the tags that were wanted. */
  readonly tags: ReadonlyMap<string, string>;
  /** By id, the bases first. */
  readonly images: ReadonlyMap<string, PulledImage>;
}

/** How often the json and the layer of an image are tried. */
const TRIES = 5;

/** How a transfer is to be disturbed. */
export interface PullOptions {
  /** The first transfer of every layer breaks after this many bytes. */
  readonly breakAfter?: number;
}

function get(session: EngineSession, path: string, headers: Record<string, string> = {}): Promise<Exchanged> {
  return session.registry({ method: 'GET', path, headers });
}

/** Goes on with a layer that broke off, as often as the engine does. */
async function resume(session: EngineSession, path: string, size: number, first: Buffer): Promise<Buffer> {
  let layer = first;
  for (let tries = 0; tries < TRIES; tries += 1) {
    // These engines name the size where the last byte belongs, and so one byte too many.
    const part = await get(session, path, { range: `bytes=${layer.length}-${size}` });
    if (part.status === 416 && part.headers['content-length'] === '0') return layer;
    if (part.status !== 206) {
      throw new EngineError(`Got status code ${part.status} while resuming a layer`);
    }
    layer = Buffer.concat([layer, part.body]);
    if (!part.isBroken) return layer;
  }
  throw new EngineError('the layer broke off too often');
}

async function pullLayer(session: EngineSession, id: string, size: number, options: PullOptions) {
  const path = `/v1/images/${id}/layer`;
  const { breakAfter } = options;
  let ranges: string | undefined;
  if (session.ways.looksFirst) {
    const head = await session.registry({ method: 'HEAD', path, headers: {} });
    ranges = head.headers['accept-ranges'];
  }
  const whole = await session.registry({
    method: 'GET',
    path,
    headers: {},
    ...(breakAfter === undefined || breakAfter >= size ? {} : { breakAfter }),
  });
  if (whole.status !== 200) {
    throw new EngineError(`Server error: Status ${whole.status} while fetching image layer (${id})`);
  }
  if (!session.ways.looksFirst) ranges = whole.headers['accept-ranges'];
  if (!whole.isBroken) return whole.body;
  if (ranges !== 'bytes' || size <= 0) throw new EngineError('the layer broke off');
  return resume(session, path, size, whole.body);
}

async function pullImage(session: EngineSession, id: string, options: PullOptions): Promise<PulledImage> {
  const json = await get(session, `/v1/images/${id}/json`);
  if (json.status !== 200) {
    throw new EngineError(`HTTP code ${json.status} while reading the image ${id}`);
  }
  const size = Number(json.headers['x-docker-size'] ?? -1);
  return { id, json: json.body, layer: await pullLayer(session, id, size, options) };
}

async function remoteTags(session: EngineSession, name: string): Promise<Map<string, string>> {
  const full = name.includes('/') ? name : `library/${name}`;
  const reply = await get(session, `/v1/repositories/${full}/tags`);
  if (reply.status === 404) throw new EngineError('Repository not found');
  if (reply.status !== 200) throw new EngineError('Could not reach any registry endpoint');
  return new Map(Object.entries(JSON.parse(reply.body.toString()) as Record<string, string>));
}

/**
 * Pulls a repository. @param name as it was typed, without the host.
 *
 * @param tag all tags without one.
 */
export async function pull(
  session: EngineSession,
  name: string,
  tag: string | undefined,
  options: PullOptions,
): Promise<Pulled> {
  await session.ping();
  const list = await session.index({
    method: 'GET',
    path: `/v1/repositories/${name}/images`,
    headers: { 'x-docker-token': 'true' },
  });
  if (list.status === 401) throw new EngineError(`Please login prior to pull: ${name}`);
  if (list.status === 404) throw new EngineError(`HTTP code: 404 (${name} not found)`);
  if (list.status !== 200) throw new EngineError(`HTTP code: ${list.status}`);
  JSON.parse(list.body.toString());
  const known = await remoteTags(session, name);
  const wanted = new Map([...known].filter(([name_]) => tag === undefined || name_ === tag));
  if (tag !== undefined && wanted.size === 0) {
    throw new EngineError(`Tag ${tag} not found in repository ${name}`);
  }
  const images = new Map<string, PulledImage>();
  for (const id of new Set(wanted.values())) {
    const ancestry = await get(session, `/v1/images/${id}/ancestry`);
    if (ancestry.status !== 200) {
      throw new EngineError(`Server error: ${ancestry.status} trying to fetch remote history for ${id}`);
    }
    const history = JSON.parse(ancestry.body.toString()) as string[];
    for (const ancestor of history.toReversed()) {
      if (!images.has(ancestor)) images.set(ancestor, await pullImage(session, ancestor, options));
    }
  }
  return { tags: wanted, images };
}
