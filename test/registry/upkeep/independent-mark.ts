import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readStoredFiles, type StoredFiles } from './stored-files.js';

/*
 * What has to be left after a collection of a directory in which everything is old: found by the simplest code that
 * can, over and over until nothing changes. It shares nothing with the collection that it judges.
 */

interface Named {
  readonly blobs: string[];
  readonly children: string[];
  readonly subject: string | undefined;
}

async function namedBy(registry: string, digest: string): Promise<Named> {
  const [algorithm = '', hex = ''] = digest.split(':');
  const tree = algorithm === 'sha256' ? 'v2' : 'dockgate';
  const path = join(registry, tree, 'blobs', algorithm, hex.slice(0, 2), hex, 'data');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  const digests = (list: { digest: string }[] | undefined): string[] =>
    (list ?? []).map((each) => each.digest);
  return {
    blobs: [...digests(manifest.config && [manifest.config]), ...digests(manifest.layers)],
    children: digests(manifest.manifests),
    subject: manifest.subject?.digest,
  };
}

function split(entry: string): [string, string] {
  const [name = '', digest = ''] = entry.split(' ');
  return [name, digest];
}

/** @param registry the directory `docker/registry` of a data directory. */
export async function whatHasToStay(registry: string, untagged: boolean): Promise<StoredFiles> {
  const all = await readStoredFiles(registry);
  const named = new Map<string, Named>();
  for (const held of all.revisions) named.set(held, await namedBy(registry, split(held)[1]));
  const stays = new Set([...all.revisions].filter((held) => !untagged || all.tagged.has(held)));
  for (let before = -1; before !== stays.size; ) {
    before = stays.size;
    for (const [held, { children, subject }] of named) {
      const [name] = split(held);
      if (stays.has(`${name} ${subject}`)) stays.add(held);
      if (!stays.has(held)) continue;
      for (const each of [...children, ...(subject === undefined ? [] : [subject])]) {
        if (named.has(`${name} ${each}`)) stays.add(`${name} ${each}`);
      }
    }
  }
  const contents = new Set<string>();
  const wanted = new Set<string>();
  for (const held of stays) {
    const [name, digest] = split(held);
    contents.add(digest);
    for (const blob of named.get(held)?.blobs ?? []) {
      contents.add(blob);
      wanted.add(`${name} ${blob}`);
    }
    for (const child of named.get(held)?.children ?? []) wanted.add(`${name} ${child}`);
  }
  const layers = new Set([...all.layers].filter((layer) => wanted.has(layer)));
  for (const layer of layers) contents.add(split(layer)[1]);
  return {
    layers,
    revisions: stays,
    tagged: all.tagged,
    referrers: new Set([...all.referrers].filter((referrer) => stays.has(referrer))),
    uploads: new Set(),
    contents: new Set([...contents].filter((content) => all.contents.has(content))),
  };
}

/** Content that a manifest which is held names, or which it is, and that is not there. */
export async function whatIsMissing(registry: string): Promise<string[]> {
  const all = await readStoredFiles(registry);
  const missing: string[] = [];
  for (const held of all.revisions) {
    const [name, digest] = split(held);
    const blobs = all.contents.has(digest) ? (await namedBy(registry, digest)).blobs : [digest];
    for (const blob of blobs) if (!all.contents.has(blob)) missing.push(`${name} ${digest} ${blob}`);
  }
  return missing;
}
