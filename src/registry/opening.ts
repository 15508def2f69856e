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

/** The content of a registry, as both APIs see it: what comes in through one goes out through the other. */
export interface RegistryContent {
  /** What lies in the data directory alone, for clean-up and verification. */
  readonly own: FilesystemStores;
  readonly stores: Stores;
  /** Undefined when the v1 API is off. */
  readonly v1: V1Stores | undefined;
}

/**
 * Opens a registry.
 *
 * @throws the system's error when a directory cannot be used.
 */
export async function openRegistry(place: RegistryPlace): Promise<RegistryContent> {
  const { data, v1, onDamage } = place;
  const own = await openFilesystemStore({ directory: data, ...(onDamage === undefined ? {} : { onDamage }) });
  if (v1.access === 'off') return { own, stores: own, v1: undefined };
  const old = await openDockerRegistryStore({
    directory: v1.directory,
    readOnly: v1.access === 'read-only',
  });
  return { own, stores: own, v1: old };
}
