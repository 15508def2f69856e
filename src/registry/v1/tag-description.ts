import { isJsonObject, parseJson } from '../model/json.js';
import { productsOf } from './client-version.js';
import { sortedJson } from './replies.js';

/** What is told of a tag whose client said nothing of itself. */
const UNKNOWN = {
  last_update: null,
  docker_version: null,
  docker_go_version: null,
  arch: 'amd64',
  os: 'linux',
  kernel: null,
};

/**
 * The JSON that is kept beside a tag, with what its client says of itself.
 *
 * @param now milliseconds since 1970.
 */
export function describeTag(userAgent: string | undefined, now = Date.now()): string {
  const products = productsOf(userAgent);
  return sortedJson({
    last_update: Math.floor(now / 1000),
    docker_version: products.get('docker'),
    docker_go_version: products.get('go'),
    arch: products.get('arch')?.toLowerCase(),
    os: products.get('os')?.toLowerCase(),
    kernel: products.get('kernel')?.toLowerCase(),
  });
}

/** What is told of a tag: what is kept beside it, over what is assumed of all. */
export function tagDescription(text: string | undefined): Map<string, unknown> {
  const stored = text === undefined ? undefined : parseJson(Buffer.from(text));
  return new Map([...Object.entries(UNKNOWN), ...(isJsonObject(stored) ? Object.entries(stored) : [])]);
}
