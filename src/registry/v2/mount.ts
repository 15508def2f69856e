import type { Digest } from '../model/digest.js';
import { Repository } from '../model/repository.js';
import type { BlobStore } from '../store/contracts.js';

/**
 * Lets a repository hold a blob that another holds already (OCI end-11).
 *
 * @param from the repository that the client names; null or empty when it leaves the choice to us, which takes the first that
 *   holds the blob and may be pulled from.
 * @returns false when the client has to upload the blob: it is not there, or not to be pulled from there, and the
 *   client cannot tell which.
 */
export async function mountBlob(
  blobs: BlobStore,
  digest: Digest,
  from: string | null,
  to: Repository,
  mayPull: (repository: Repository) => boolean | Promise<boolean>,
): Promise<boolean> {
  if (from !== null && from !== '') {
    const source = Repository.read(from);
    return source !== undefined && (await mayPull(source)) && (await blobs.mount(digest, source, to));
  }
  for await (const holder of blobs.holders(digest)) {
    if ((await mayPull(holder)) && (await blobs.mount(digest, holder, to))) return true;
  }
  return false;
}
