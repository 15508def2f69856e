import { openBridge } from './bridge/bridge.js';
import { bridgeDirectory } from './bridge/place.js';
import { openProjection } from './projection/projection.js';
import { searchDatabase } from './search/place.js';
import { openSearch, type SearchIndex } from './search/search-index.js';
import { watchedStores, watchedV1 } from './search/watched-stores.js';
import type { Stores } from './store/contracts.js';
import { openDockerRegistryStore } from './store/docker-registry/docker-registry-store.js';
import {
  type FilesystemStoreOptions,
  type FilesystemStores,
  openFilesystemStore,
} from './store/filesystem/filesystem-store.js';
import type { V1Stores } from './store/v1-contracts.js';

/** Where a registry's content lies, and who may write to it. */
export interface RegistryPlace {
  /** The data directory. */
  readonly data: string;
  readonly v1: {
    readonly access: 'read-write' | 'read-only' | 'off';
    /** Images in docker-registry's layout. */
    readonly directory: string;
  };
  readonly onDamage?: FilesystemStoreOptions['onDamage'];
}

/** The content of a registry as it lies on the disk. */
export interface OwnContent {
  /** What came through the v2 API, for clean-up and verification. */
  readonly stores: FilesystemStores;
  /** What came through the v1 API; undefined when that is off. */
  readonly v1: V1Stores | undefined;
}

/** The content of a registry, as both APIs see it: what comes in through one goes out through the other. */
export interface RegistryContent {
  readonly own: OwnContent;
  readonly stores: Stores;
  /** Undefined when the v1 API is off. */
  readonly v1: V1Stores | undefined;
}

/** A registry's content that can be searched. */
export interface SearchedContent extends RegistryContent {
  /** To be closed when nothing is written any more. */
  readonly search: SearchIndex;
}

/**
 * Opens a registry.
 *
 * @throws the system's error when a directory cannot be used.
 */
export async function openRegistry({ data, v1, onDamage }: RegistryPlace): Promise<RegistryContent> {
  const own = await openFilesystemStore({ directory: data, ...(onDamage === undefined ? {} : { onDamage }) });
  if (v1.access === 'off') return { own: { stores: own, v1: undefined }, stores: own, v1: undefined };
  const old = await openDockerRegistryStore({
    directory: v1.directory,
    readOnly: v1.access === 'read-only',
  });
  const bridge = openBridge({ stores: own, v1: old, directory: bridgeDirectory(data) });
  const { origin } = bridge;
  return {
    own: { stores: own, v1: old },
    stores: bridge.stores,
    v1: openProjection({ stores: own, v1: bridge.v1, directory: data, origin }),
  };
}

/**
 * Has the content of a registry searched.
 *
 * @param onProblem is called with a sentence when the search cannot work, and nothing else is hurt by that.
 */
export async function withSearch(
  content: RegistryContent,
  data: string,
  onProblem: (sentence: string) => void,
): Promise<SearchedContent> {
  // A bridge would make manifests of all that is described, so the index reads what lies there.
  const search = await openSearch({ ...content.own, file: searchDatabase(data), onProblem });
  const note = (name: string): void => search.note(name);
  return {
    own: content.own,
    stores: watchedStores(content.stores, note),
    v1: content.v1 === undefined ? undefined : watchedV1(content.v1, note),
    search,
  };
}
