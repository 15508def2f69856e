import { opendir } from 'node:fs/promises';
import { Digest, type DigestAlgorithm } from '../../model/digest.js';
import { Tag } from '../../model/reference.js';
import { orUndefined } from './system-error.js';

/** Entries of a directory read at once; it may have a million. */
const ENTRIES = 512;

/** Names in a directory, in no order and never all in memory. None when it is not there. */
export async function* entriesOf(directory: string): AsyncGenerator<string> {
  const entries = await orUndefined(opendir(directory, { bufferSize: ENTRIES }));
  if (entries === undefined) return;
  for await (const { name } of entries) yield name;
}

/** The digests that a directory of hex names holds something of. */
export async function* digestsIn(directory: string, algorithm: DigestAlgorithm): AsyncGenerator<Digest> {
  for await (const name of entriesOf(directory)) {
    const digest = Digest.read(`${algorithm}:${name}`);
    if (digest !== undefined) yield digest;
  }
}

/** The digests of all content under an algorithm. @param directory parent of the directories named by two digits. */
export async function* contentsIn(directory: string, algorithm: DigestAlgorithm): AsyncGenerator<Digest> {
  for await (const digits of entriesOf(directory)) {
    for await (const digest of digestsIn(`${directory}/${digits}`, algorithm)) {
      if (digest.encoded.startsWith(digits)) yield digest;
    }
  }
}

/** The tags in a directory of them. */
export async function* tagsIn(directory: string): AsyncGenerator<Tag> {
  for await (const name of entriesOf(directory)) {
    const tag = Tag.read(name);
    if (tag !== undefined) yield tag;
  }
}
