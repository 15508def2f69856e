import { join } from 'node:path';
import type { Digest } from '../model/digest.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { Stores } from '../store/contracts.js';
import { CatalogJournal } from '../store/filesystem/catalog-journal.js';
import type { FilesystemStores } from '../store/filesystem/filesystem-store.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { BridgedCatalog } from './bridged-catalog.js';
import { BridgedManifests } from './bridged-manifests.js';
import { BridgedTags } from './bridged-tags.js';
import { ImageBridge } from './image-bridge.js';
import { LearningPushes } from './learning-pushes.js';
import { notedV1 } from './noted-v1.js';
import { Siblings } from './siblings.js';
import { TagBridge } from './tag-bridge.js';
import { tagLocksIn } from './tag-locks.js';
import { V1Catalog } from './v1-catalog.js';

/** What to bridge. */
export interface BridgeOptions {
  readonly stores: FilesystemStores;
  /** As they are, without what is pushed through the v2 API. */
  readonly v1: V1Stores;
  /** For what was found out about v1 images. May be deleted: all of it is found out again. */
  readonly directory: string;
}

/** Shows v1 images to the clients of the v2 API. */
export interface Bridge {
  /** What was pushed through either API. */
  readonly stores: Stores;
  /** The given v1 stores; what is written through them comes into the catalog at once. */
  readonly v1: V1Stores;
  /** The v1 image that a manifest was made from, the first by id of several; undefined for one that was pushed as it is. */
  origin(manifest: Digest): Promise<ImageId | undefined>;
}

/** Opens the bridge over two stores. */
export function openBridge({ stores, v1, directory }: BridgeOptions): Bridge {
  const locks = tagLocksIn(directory);
  const bridge = new ImageBridge({
    images: v1.images,
    adoption: stores.adoption,
    copy: v1.isReadOnly,
    directory,
  });
  const { origins } = bridge;
  const { manifests, tags, catalog } = stores;
  const tagBridge = new TagBridge({ stores, tags: v1.tags, bridge, locks });
  const siblings = new Siblings(manifests, tags, origins);
  const parts = { v1, tagBridge, origins, locks, siblings };
  const names = new V1Catalog(v1.repositories, new CatalogJournal(join(directory, 'catalog-journal')));
  return {
    stores: {
      ...stores,
      manifests: new BridgedManifests({ ...parts, inner: manifests }),
      tags: new BridgedTags({ ...parts, inner: tags }),
      catalog: new BridgedCatalog(catalog, v1, names),
    },
    v1: { ...notedV1(v1, names, locks), pushes: new LearningPushes(v1.pushes, v1.images, bridge) },
    origin: async (manifest) => (await origins.of(manifest))[0],
  };
}
