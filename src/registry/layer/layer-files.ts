import { type FileTuple, fileTuple } from './file-tuple.js';
import type { LayerReading } from './layer-file.js';
import { inspectLayer } from './layer-inspection.js';
import { LayerUnreadable } from './layer-unreadable.js';
import { partsOf } from './list-parts.js';

/** Files of a layer that are listed, and bytes that their names take in JSON, where one can become six. */
const MOST = 200_000;
const MOST_NAMES = 32 * 1024 * 1024;

/**
 * Lists the files of a layer in the order of its archive.
 *
 * @throws {LayerUnreadable} also when there are more than 200,000, or their names take more than 32 MiB in JSON; and as
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
        names += Buffer.byteLength(JSON.stringify(tuple[0]));
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
  for await (const part of partsOf(files)) {
    for (const [name, ...info] of part) {
      open.delete(name);
      open.set(name, info);
    }
  }
  for await (const part of partsOf([...open])) {
    for (const [name, info] of part) {
      const [, isDeleted] = info;
      if (!isDeleted) continue;
      deleted.set(name, info);
      open.delete(name);
    }
  }
  for await (const ancestor of ancestors) {
    for await (const part of partsOf([...(await lastStates(ancestor))])) {
      for (const [name, isDeleted] of part) {
        const info = open.get(name);
        if (info === undefined) continue;
        (isDeleted ? created : changed).set(name, info);
        open.delete(name);
      }
    }
    if (open.size === 0) break;
  }
  for await (const part of partsOf([...open])) for (const [name, info] of part) created.set(name, info);
  return { deleted, changed, created };
}

/** Whether a layer deletes each of its files. Of a name that it has twice the last counts. */
async function lastStates(files: readonly FileTuple[]): Promise<ReadonlyMap<string, boolean>> {
  const states = new Map<string, boolean>();
  for await (const part of partsOf(files)) {
    for (const [name, , isDeleted] of part) states.set(name, isDeleted);
  }
  return states;
}
