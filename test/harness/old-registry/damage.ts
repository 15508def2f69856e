import { createHash } from 'node:crypto';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { idOf, type OldImage } from './image.js';

/** What is wrong with an image, and with every image above it. */
export interface Damage {
  /** A sentence after "the image …", in our own words. */
  readonly why: string;
  /** What has to be looked at to find it: the whole layer, or only the small files and that a layer is there. */
  readonly found: 'by reading the layer' | 'by looking';
}

interface Spoiling extends Damage {
  /** @param folder of the image. */
  spoil(folder: string, image: OldImage): Promise<void>;
}

/** Turns three bytes in the middle of a file around. */
async function flip(file: string): Promise<void> {
  const bytes = await readFile(file);
  const middle = bytes.length >> 1;
  for (let at = middle; at < middle + 3; at += 1) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  await writeFile(file, bytes);
}

/** Writes an image's files anew, with the checksum that its push had. */
async function rewrite(folder: string, json: Uint8Array, layer: Uint8Array): Promise<void> {
  const hash = createHash('sha256').update(json).update('\n').update(layer);
  await writeFile(join(folder, 'json'), json);
  await writeFile(join(folder, 'layer'), layer);
  await writeFile(join(folder, '_checksum'), `["sha256:${hash.digest('hex')}"]`);
}

/** Makes the other image the parent, and the image its own ancestor. */
async function writeCycle(folder: string, image: OldImage, other: string): Promise<void> {
  const json = JSON.parse(image.json.toString()) as { id: string };
  await rewrite(folder, Buffer.from(JSON.stringify({ ...json, parent: idOf(other) })), image.layer);
  await writeFile(join(folder, 'ancestry'), JSON.stringify([image.id, idOf(other), image.id]));
}

const NO_TAR = Buffer.from('<html>504 Gateway Time-out</html>\n'.repeat(100));

/** By name of the recipe. */
export const SPOILINGS: ReadonlyMap<string, Spoiling> = new Map<string, Spoiling>([
  [
    'flipped',
    {
      why: 'has a gzip layer with flipped bytes',
      found: 'by reading the layer',
      spoil: (folder) => flip(join(folder, 'layer')),
    },
  ],
  [
    'flipped plain',
    {
      why: 'has a layer with flipped bytes in a file, which its checksum alone can tell',
      found: 'by reading the layer',
      spoil: (folder) => flip(join(folder, 'layer')),
    },
  ],
  [
    'cut short',
    {
      why: 'has an xz layer whose end is missing',
      found: 'by reading the layer',
      spoil: (folder, image) => truncate(join(folder, 'layer'), image.layer.length - 40),
    },
  ],
  [
    'no tar',
    {
      why: 'has a layer that is no tar archive, though its checksum is right',
      found: 'by reading the layer',
      spoil: (folder, image) => rewrite(folder, image.json, NO_TAR),
    },
  ],
  [
    'no layer',
    {
      why: 'has no layer, though its push was complete',
      found: 'by looking',
      spoil: (folder) => rm(join(folder, 'layer')),
    },
  ],
  [
    'no ancestry',
    {
      why: 'has an empty ancestry, as after a full disk',
      found: 'by looking',
      spoil: (folder) => truncate(join(folder, 'ancestry')),
    },
  ],
  [
    'no json',
    {
      why: 'has no json',
      found: 'by looking',
      spoil: (folder) => rm(join(folder, 'json')),
    },
  ],
  [
    'foreign json',
    {
      why: 'has the json of another image',
      found: 'by looking',
      spoil: (folder, image) => writeFile(join(folder, 'json'), image.parent?.json ?? ''),
    },
  ],
  [
    'lost parent',
    {
      why: 'is not there, though an image is made from it',
      found: 'by looking',
      spoil: (folder) => rm(folder, { recursive: true }),
    },
  ],
  [
    'cycle one',
    {
      why: 'has an ancestry that leads back to itself',
      found: 'by looking',
      spoil: (folder, image) => writeCycle(folder, image, 'cycle two'),
    },
  ],
  [
    'cycle two',
    {
      why: 'has an ancestry that leads back to itself',
      found: 'by looking',
      spoil: (folder, image) => writeCycle(folder, image, 'cycle one'),
    },
  ],
  [
    'unfinished',
    {
      why: 'has a push that never came to its end, with half of its layer',
      found: 'by looking',
      spoil: async (folder, image) => {
        await truncate(join(folder, 'layer'), image.layer.length >> 1);
        await rm(join(folder, '_checksum'));
        await writeFile(join(folder, '_inprogress'), 'true');
      },
    },
  ],
]);
