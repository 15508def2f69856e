import type { Rights } from '../../exchange/rights.js';
import type { Digest } from '../model/digest.js';
import { Repository } from '../model/repository.js';
import type { BlobStore } from '../store/contracts.js';

/** Holders of a blob that are asked about, and those of them from which a mount is tried. */
const ASKED = 1000;
const TRIED = 10;

/**
 * Lets a repository hold a blob that another holds already (OCI end-11).
 *
 * @param from the repository that the client names; null or empty when it leaves the choice to us, which takes the first that
 *   holds the blob and may be pulled from. Only the first {@link ASKED} holders are looked at.
 * @param rights of whoever asks; undefined when they may pull from everywhere.
 * @returns false when the client has to upload the blob: it is not there, or not to be pulled from there, and the
 *   client cannot tell which.
 */
export async function mountBlob(
  blobs: BlobStore,
  digest: Digest,
  from: string | null,
  to: Repository,
  rights: Rights | undefined,
): Promise<boolean> {
  const mayPull = ({ name }: Repository): boolean => rights === undefined || mayPullByAllNames(rights, name);
  if (from !== null && from !== '') {
    const source = Repository.read(from);
    return source !== undefined && mayPull(source) && (await blobs.mount(digest, source, to));
  }
  let asked = 0;
  let tried = 0;
  for await (const holder of blobs.holders(digest)) {
    if (mayPull(holder)) {
      if (await blobs.mount(digest, holder, to)) return true;
      tried += 1;
    }
    asked += 1;
    if (asked >= ASKED || tried >= TRIED) return false;
  }
  return false;
}

/** `library/x` shows what `x` has where the v1 API is served, and opens no more. Elsewhere the client only has to upload. */
function mayPullByAllNames(rights: Rights, name: string): boolean {
  const [, short] = /^library\/([^/]+)$/.exec(name) ?? [];
  return rights.may('pull', name) && (short === undefined || rights.may('pull', short));
}
