import { resolve } from 'node:path';
import { bridgeDirectory } from '../bridge/place.js';
import { tagLocksIn } from '../bridge/tag-locks.js';
import type { Digest } from '../model/digest.js';
import type { Tag } from '../model/reference.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import { DurableFiles } from '../store/filesystem/durable-files.js';
import type { FilesystemStores } from '../store/filesystem/filesystem-store.js';
import { Layout } from '../store/filesystem/layout.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { ClaimReader } from './claims.js';
import { MergedPushes } from './image-pushes.js';
import { MergedImages } from './image-store.js';
import { LayerReading } from './layer-reading.js';
import { Materialising } from './materialising.js';
import { Places } from './places.js';
import { ProjectedImages } from './projected-images.js';
import { Proofs } from './proofs.js';
import { openRecords } from './records.js';
import { MergedRepositories } from './repository-store.js';
import { MergedTags } from './tag-store.js';
import { TaggedImages } from './tagged-images.js';

/** What to show to clients of the v1 API. */
export interface ProjectionOptions {
  readonly stores: FilesystemStores;
  /** Images that v1 clients have pushed. */
  readonly v1: V1Stores;
  /** The data directory of `stores`. What is derived lies below it and may be deleted at any time. */
  readonly directory: string;
  /** The pushed image that a manifest was made of, if it was: that one is shown then. */
  readonly origin: (manifest: Digest) => Promise<ImageId | undefined>;
}

/** The images of both APIs, as the v1 API sees them. */
export interface ProjectedStores extends V1Stores {
  /**
   * Why a tag of the v2 API is not shown: a sentence. Undefined when it is shown, or there is none. Reads the layers of
   * its image if nobody has.
   *
   * @throws {StoredContentDamaged}
   */
  reason(repository: V1Repository, tag: Tag): Promise<string | undefined>;
}

/**
 * Shows images that were pushed through the v2 API to clients of the v1 API, beside those that were pushed through that.
 * As docker 1.10 did, it makes one image of each layer: the id of the top one is that of the config, the ids below are
 * chain ids (OCI Image §Layer ChainID).
 */
export function openProjection({ stores, v1, directory, origin }: ProjectionOptions): ProjectedStores {
  const layout = new Layout(resolve(directory));
  const records = openRecords(layout);
  const places = new Places(records);
  const proofs = new Proofs(stores.blobs, records, places, new LayerReading(layout, records));
  const claims = new ClaimReader(stores, layout);
  const files = new DurableFiles(layout);
  const images = new ProjectedImages({ stores, layout, files, claims, places, proofs });
  const tagged = new TaggedImages({ manifests: stores.manifests, images: v1.images, places, origin });
  const materialising = new Materialising(v1, images);
  const locks = tagLocksIn(bridgeDirectory(resolve(directory)));
  const tags = new MergedTags({ stores, v1, tagged, images, materialising, locks });
  return {
    images: new MergedImages(v1.images, images),
    pushes: new MergedPushes(v1, images, materialising),
    tags,
    repositories: new MergedRepositories({ stores, v1, tagged, images, locks }),
    isReadOnly: v1.isReadOnly,
    reason: (repository, tag) => tags.reason(repository, tag),
  };
}
