import type { Readable } from 'node:stream';
import { Digest } from '../../registry/model/digest.js';
import { fieldOf, isJsonObject, parseJson } from '../../registry/model/json.js';
import type { Repository } from '../../registry/model/repository.js';
import { type ContentDescription, platformOf } from './description.js';
import type { BlobReading } from './source.js';

/** What the configuration of an image tells (OCI Image §Configuration). */
export interface ImageConfig {
  /** As it stands there; RFC 3339 if all is well. */
  readonly created: string | undefined;
  readonly platform: string | undefined;
  readonly user: string | undefined;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

/** Bytes of a configuration that are read. */
const LONGEST = 4 * 1024 * 1024;

/** Fetches and reads the configuration of an image; undefined when it is not there, too long, damaged or none. */
export async function readImageConfig(
  source: BlobReading,
  repository: Repository,
  { digest: text, size }: ContentDescription,
): Promise<ImageConfig | undefined> {
  const digest = Digest.read(text);
  // A size that is stated wrongly is noticed below.
  if (digest === undefined || size > LONGEST) return undefined;
  const content = await source.blob(repository, digest);
  const bytes = content === undefined ? undefined : await readUpTo(content, LONGEST);
  if (bytes === undefined || !Digest.of(bytes, digest.algorithm).equals(digest)) return undefined;
  const value = parseJson(bytes);
  if (!isJsonObject(value) || fieldOf(value, 'rootfs') === undefined) return undefined;
  const settings = fieldOf(value, 'config');
  const setting = (name: string): unknown => (isJsonObject(settings) ? fieldOf(settings, name) : undefined);
  const created = fieldOf(value, 'created');
  const user = setting('User');
  return {
    created: typeof created === 'string' ? created : undefined,
    platform: platformOf(value),
    user: typeof user === 'string' && user !== '' ? user : undefined,
    entrypoint: words(setting('Entrypoint')),
    command: words(setting('Cmd')),
  };
}

async function readUpTo(content: Readable, most: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function words(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}
