import { stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { CheckContext, Findings } from './findings.js';

const MIB = 1024 * 1024;
/** Bytes below which a push cannot be taken, and those, or the part of the whole, below which somebody has to do something. */
const EMPTY = 64 * MIB;
const LITTLE = 1024 * MIB;
const PART = 0.05;

/** Looks whether there is room where dockgate writes: data, logs, audit log. */
export async function checkDisks({ configuration }: CheckContext, found: Findings): Promise<void> {
  const { upstream, data, v1, log, audit } = configuration;
  const files = [log.file, log.access.file, audit].filter((file) => file !== undefined);
  const places = [
    ...(upstream === undefined ? [data, v1.directory] : []),
    ...files.filter((file) => !file.startsWith('/dev/')).map((file) => path.dirname(file)),
  ];
  const seen = new Set<number>();
  for (const place of places) {
    const directory = await existing(place);
    const device = directory === undefined ? undefined : (await stat(directory)).dev;
    if (directory === undefined || device === undefined || seen.has(device)) continue;
    seen.add(device);
    const room = await statfs(directory).catch(() => undefined);
    const state = room === undefined ? undefined : stateOf(room);
    if (state === undefined) continue;
    if (state.isFull) found.trouble({ file: place }, state.sentence);
    else found.notice({ file: place }, state.sentence);
  }
}

/** What statfs(2) says, in the members that count here. */
export interface Room {
  readonly bsize: number;
  readonly blocks: number;
  readonly bavail: number;
  /** Inodes; 0 for a file system that makes them as it needs them. */
  readonly files: number;
  readonly ffree: number;
}

/** Whether a disk is full or nearly so; undefined: there is room. */
export function stateOf({
  bsize,
  blocks,
  bavail,
  files,
  ffree,
}: Room): { readonly isFull: boolean; readonly sentence: string } | undefined {
  if (blocks === 0) return undefined;
  const [free, size] = [bavail * bsize, blocks * bsize];
  if (free < EMPTY)
    return { isFull: true, sentence: `The disk is full: ${show(free)} of ${show(size)} are free.` };
  if (files > 0 && ffree === 0)
    return { isFull: true, sentence: 'The disk takes no further files: all inodes are used.' };
  if (free < LITTLE || free < size * PART)
    return { isFull: false, sentence: `The disk is nearly full: ${show(free)} of ${show(size)} are free.` };
  if (files > 0 && ffree < files * PART)
    return {
      isFull: false,
      sentence: `The disk takes only ${ffree} further files of ${files}: its inodes are nearly used up.`,
    };
  return undefined;
}

function show(bytes: number): string {
  return bytes < 10 * LITTLE ? `${Math.round(bytes / MIB)} MiB` : `${Math.round(bytes / LITTLE)} GiB`;
}

/** The directory itself, or what it would be made in. */
async function existing(place: string): Promise<string | undefined> {
  for (let at = place; ; at = path.dirname(at)) {
    const isThere = await stat(at).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (isThere) return at;
    if (at === path.dirname(at)) return undefined;
  }
}
