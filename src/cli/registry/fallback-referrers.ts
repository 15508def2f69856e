import type { Digest } from '../../registry/model/digest.js';
import { fieldOf, isJsonObject, parseJson } from '../../registry/model/json.js';
import { Tag } from '../../registry/model/reference.js';
import type { Repository } from '../../registry/model/repository.js';
import type { RegistryReading } from './source.js';

/** Descriptors in the index that clients keep under `<algorithm>-<hex>` at a registry without a list of referrers (OCI Distribution §Referrers Tag Schema). */
export async function* fallbackReferrers(
  source: Pick<RegistryReading, 'manifest'>,
  repository: Repository,
  { algorithm, encoded }: Digest,
): AsyncGenerator<unknown> {
  // A tag has 128 characters at most, and the schema cuts longer digests off.
  const tag = Tag.read(`${algorithm}-${encoded}`.slice(0, 128));
  const manifest = tag === undefined ? undefined : await source.manifest(repository, tag);
  const value = manifest === undefined ? undefined : parseJson(manifest.bytes);
  const list = isJsonObject(value) ? fieldOf(value, 'manifests') : undefined;
  if (Array.isArray(list)) yield* list;
}
