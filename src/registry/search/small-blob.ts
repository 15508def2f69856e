import type { Readable } from 'node:stream';
import type { ReplyBody } from '../../exchange/reply.js';
import type { Digest } from '../model/digest.js';
import type { Repository } from '../model/repository.js';
import type { BlobStore } from '../store/contracts.js';

/** Bytes of a config that are read. */
const LONGEST = 1024 * 1024;

/** The content of a blob; undefined when it is not there, longer than 1 MiB, or not what its digest says. */
export async function readSmallBlob(
  blobs: BlobStore,
  repository: Repository,
  digest: Digest,
): Promise<Uint8Array | undefined> {
  const blob = await blobs.find(repository, digest);
  if (blob === undefined || blob.size > LONGEST) return undefined;
  const body = await blob.open(0, blob.size);
  return body === undefined ? undefined : readBody(body);
}

async function readBody(body: ReplyBody): Promise<Uint8Array | undefined> {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  if (!('file' in body)) return readStream(body);
  try {
    const bytes = Buffer.alloc(body.length);
    const { bytesRead } = await body.file.read(bytes, 0, body.length, body.start);
    return bytesRead === body.length ? bytes : undefined;
  } finally {
    await body.file.close();
  }
}

async function readStream(body: Readable): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
