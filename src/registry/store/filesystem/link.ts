import { readFile } from 'node:fs/promises';
import { Digest } from '../../model/digest.js';
import { orUndefined } from './system-error.js';

/** Reads where a link leads; undefined when it is not there or holds no digest. */
export async function readLink(path: string): Promise<Digest | undefined> {
  const text = await orUndefined(readFile(path, 'utf8'));
  return text === undefined ? undefined : Digest.read(text.trim());
}
