import { readFile, stat } from 'node:fs/promises';
import type { Digest } from '../model/digest.js';
import { type Manifest, parseManifest } from '../model/manifest.js';
import { orUndefined } from '../store/filesystem/system-error.js';

/** Bytes above which content is not taken for a manifest; twice of what any registry accepts. */
const LONGEST = 8 * 1024 * 1024;

/** What a stored manifest names. */
export interface Named {
  /** Config and layers, each once. */
  readonly blobs: readonly Digest[];
  /** The manifests that an index names. */
  readonly children: readonly Digest[];
}

const NOTHING: Named = { blobs: [], children: [] };

/**
 * Reads what a manifest in the store names. One that this registry would not accept today, of schema 1 for example,
 * names nothing that could be followed.
 *
 * @returns undefined when it is not there.
 */
export async function readNamed(path: string): Promise<Named | undefined> {
  const status = await orUndefined(stat(path));
  if (status === undefined) return undefined;
  if (!status.isFile() || status.size > LONGEST) return NOTHING;
  const bytes = await orUndefined(readFile(path));
  if (bytes === undefined) return undefined;
  const manifest = parsed(bytes);
  if (manifest === undefined) return NOTHING;
  const blobs = new Map(manifest.blobs.map(({ digest }) => [digest.toString(), digest]));
  return { blobs: [...blobs.values()], children: manifest.children.map(({ digest }) => digest) };
}

function parsed(bytes: Uint8Array): Manifest | undefined {
  try {
    return parseManifest(bytes, '');
  } catch {
    return undefined;
  }
}
