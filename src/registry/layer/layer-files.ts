import { type FileTuple, fileTuple } from './file-tuple.js';
import type { LayerReading } from './layer-file.js';
import { inspectLayer } from './layer-inspection.js';
import { LayerUnreadable } from './layer-unreadable.js';

/** Files of a layer that are listed, and characters of their names. */
const MOST = 200_000;
const MOST_NAMES = 64 * 1024 * 1024;

/**
 * Lists the files of a layer in the order of its archive.
 *
 * @throws {LayerUnreadable} also when there are more than 200,000, or their names have more than 64 Mi characters; and as
 * `inspectLayer`.
 */
export async function listFiles(file: string, reading: LayerReading = {}): Promise<readonly FileTuple[]> {
  const files: FileTuple[] = [];
  let names = 0;
  await inspectLayer(file, {
    ...reading,
    visitor: {
      entry: (entry) => {
        const tuple = fileTuple(entry);
        if (tuple === undefined) return;
        names += tuple[0].length;
        if (files.length === MOST || names > MOST_NAMES)
          throw new LayerUnreadable('has more files than can be listed');
        files.push(tuple);
      },
    },
  });
  return files;
}

/** What is told of a file beside its name. */
export type FileInfo = FileTuple extends readonly [string, ...infer Rest] ? Readonly<Rest> : never;

/** What a layer does to the files below it, by their names. */
export interface FileDifferences {
  readonly deleted: ReadonlyMap<string, FileInfo>;
  readonly changed: ReadonlyMap<string, FileInfo>;
  readonly created: ReadonlyMap<string, FileInfo>;
}

/**
 * Tells what a layer does: it deletes what it says is deleted, changes what the nearest ancestor that mentions it has, and
 * creates the rest.
 *
 * @param ancestors files of the layers below, the nearest first; each is taken when the one before has been looked through.
 */
export async function differences(
  files: readonly FileTuple[],
  ancestors: Iterable<readonly FileTuple[]> | AsyncIterable<readonly FileTuple[]>,
): Promise<FileDifferences> {
  const deleted = new Map<string, FileInfo>();
  const changed = new Map<string, FileInfo>();
  const created = new Map<string, FileInfo>();
  const open = new Map<string, FileInfo>();
  for (const [name, ...info] of files) {
    open.delete(name);
    open.set(name, info);
  }
  for (const [name, info] of open) {
    const [, isDeleted] = info;
    if (!isDeleted) continue;
    deleted.set(name, info);
    open.delete(name);
  }
  for await (const ancestor of ancestors) {
    // Of a name that a layer has twice the last counts.
    const states = new Map(ancestor.map(([name, , isDeleted]) => [name, isDeleted]));
    for (const [name, isDeleted] of states) {
      const info = open.get(name);
      if (info === undefined) continue;
      (isDeleted ? created : changed).set(name, info);
      open.delete(name);
    }
    if (open.size === 0) break;
  }
  for (const [name, info] of open) created.set(name, info);
  return { deleted, changed, created };
}
