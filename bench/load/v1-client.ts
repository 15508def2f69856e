import { createReadStream } from 'node:fs';
import type { V1Image, V1Layer } from '../fixture/v1-image.js';
import { askOnce } from './single-requests.js';

const AGENT = 'docker/1.3.3 go/go1.3.3 git-commit/d344625 kernel/3.13.0 os/linux arch/amd64';

/** Where and as whom to push or pull. */
export interface ClientPlace {
  /** `https://127.0.0.1:PORT` */
  readonly origin: string;
  readonly authorization: string;
  /** `namespace/name` */
  readonly repository: string;
}

/** Pushes an image as engine 1.3 does: one request after the other, each on a connection of its own. */
export async function pushV1(place: ClientPlace, image: V1Image): Promise<void> {
  const { base, headers } = addressed(place);
  const repository = `${base}/repositories/${place.repository}`;
  const index = { ...headers, 'x-docker-token': 'true', 'content-type': 'application/json' };
  const list = Buffer.from(JSON.stringify(image.layers.map(({ id }) => ({ id }))));
  await askOnce({ method: 'GET', url: `${base}/_ping`, headers }, 200);
  await askOnce({ method: 'PUT', url: `${repository}/`, headers: index, body: list }, 200);
  for (const layer of image.layers) await pushLayer(base, headers, layer);
  const top = Buffer.from(JSON.stringify(image.layers.at(-1)?.id));
  await askOnce({ method: 'PUT', url: `${repository}/tags/latest`, headers, body: top }, 200);
  await askOnce({ method: 'PUT', url: `${repository}/images`, headers: index, body: Buffer.from('[]') }, 204);
}

async function pushLayer(base: string, headers: Record<string, string>, layer: V1Layer): Promise<void> {
  const url = `${base}/images/${layer.id}`;
  await askOnce({ method: 'GET', url: `${url}/json`, headers }, 404);
  const json = { ...headers, 'content-type': 'application/json' };
  await askOnce({ method: 'PUT', url: `${url}/json`, headers: json, body: layer.json }, 200);
  const binary = { ...headers, 'content-type': 'application/octet-stream', 'transfer-encoding': 'chunked' };
  const body = createReadStream(layer.file, { highWaterMark: 32 * 1024 });
  await askOnce({ method: 'PUT', url: `${url}/layer`, headers: binary, body }, 200);
  const sums = {
    ...headers,
    'x-docker-checksum': layer.tarsum,
    'x-docker-checksum-payload': layer.payload,
  };
  await askOnce({ method: 'PUT', url: `${url}/checksum`, headers: sums }, 200);
}

/** Pulls what is tagged latest, as engine 1.3 does. @returns bytes of the layers */
export async function pullV1(place: ClientPlace): Promise<number> {
  const { base, headers } = addressed(place);
  const repository = `${base}/repositories/${place.repository}`;
  await askOnce({ method: 'GET', url: `${base}/_ping`, headers }, 200);
  const index = { ...headers, 'x-docker-token': 'true' };
  await askOnce({ method: 'GET', url: `${repository}/images`, headers: index }, 200);
  const tags = await askOnce({ method: 'GET', url: `${repository}/tags`, headers }, 200);
  const { latest } = JSON.parse(tags.body.toString()) as { latest: string };
  const ancestry = await askOnce({ method: 'GET', url: `${base}/images/${latest}/ancestry`, headers }, 200);
  let bytes = 0;
  for (const id of (JSON.parse(ancestry.body.toString()) as string[]).reverse()) {
    await askOnce({ method: 'GET', url: `${base}/images/${id}/json`, headers }, 200);
    bytes += (await askOnce({ method: 'GET', url: `${base}/images/${id}/layer`, headers }, 200)).bytes;
  }
  return bytes;
}

function addressed({ origin, authorization }: ClientPlace): {
  base: string;
  headers: Record<string, string>;
} {
  return { base: `${origin}/v1`, headers: { authorization, 'user-agent': AGENT } };
}
