import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileTree } from '../file-tree.js';
import { tarsum } from '../tarsum.js';
import { compress, type LayerCompression, packLayer } from './layer-archive.js';
import { type LayerContent, treeOfLayers } from './layer-content.js';
import type { Recipe } from './recipe.js';

/** An image as it was before anything happened to it. */
export interface OldImage {
  readonly name: string;
  /** 64 hex digits, or 16. */
  readonly id: string;
  readonly parent: OldImage | undefined;
  /** The bytes of `json`. */
  readonly json: Buffer;
  /** The image itself first. */
  readonly ancestry: readonly string[];
  /** The bytes of `layer`. */
  readonly layer: Buffer;
  readonly compression: LayerCompression;
  /** The layer's archive without its compression. */
  readonly archive: Buffer;
  /** The archive holds no entry. */
  readonly isEmpty: boolean;
  /** `sha256:<hex>` over the json, a line feed and the layer. */
  readonly payload: string;
  /** `sha256:<hex>` of the archive. */
  readonly diffId: string;
  /** All layers over each other. */
  readonly tree: FileTree;
  readonly contents: readonly LayerContent[];
}

/** The base of nearly every image of those days; everybody had it under this id. */
const SCRATCH = '511136ea3c5a64f264b78b5433614aec563103b4d4702f3ba7d4d2698e22c158';

function sha256(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** The id of the image that is made by the recipe of a name. */
export function idOf(name: string, hasShortId = false): string {
  if (name === 'scratch') return SCRATCH;
  return sha256(`image ${name}`).slice(0, hasShortId ? 16 : 64);
}

/** The JSON of an image in the words and the order of engine 1.0. */
function jsonOf(recipe: Recipe, id: string, parent: string | undefined, size: number): Buffer {
  const settings = {
    Hostname: sha256(`host ${recipe.name}`).slice(0, 12),
    Domainname: '',
    User: '',
    Memory: 0,
    Tty: false,
    ExposedPorts: null,
    Env: null,
    Cmd: null,
    Image: parent ?? '',
    Volumes: null,
    WorkingDir: '',
    Entrypoint: null,
    NetworkDisabled: false,
    OnBuild: null,
    ...recipe.settings,
  };
  const made = recipe.command === '' ? null : recipe.command.split(/ (?=-c )| (?<=-c )/);
  const json = {
    id,
    ...(parent === undefined ? {} : { parent }),
    created: '2014-05-13T16:53:20.123456789Z',
    container: sha256(`container ${recipe.name}`),
    container_config: { ...settings, Cmd: made },
    docker_version: '1.0.0',
    ...(recipe.author === undefined ? {} : { author: recipe.author }),
    config: settings,
    architecture: 'amd64',
    os: 'linux',
    Size: size,
  };
  // Old engines in Go write these characters so; the bytes count, since checksums are made from them.
  return Buffer.from(
    JSON.stringify(json).replaceAll(/[<>&]/g, (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`),
  );
}

/** Makes an image in memory. */
export async function makeImage(recipe: Recipe, parent: OldImage | undefined): Promise<OldImage> {
  const id = idOf(recipe.name, recipe.hasShortId);
  const archive = await packLayer(recipe.content, { format: 'gnu', hasDots: false, ...recipe.form });
  const layer = await compress(archive, recipe.compression);
  const size = recipe.content.reduce(
    (total, entry) => total + (entry.kind === 'file' ? Buffer.byteLength(entry.content) : 0),
    0,
  );
  const json = jsonOf(recipe, id, parent?.id, size);
  const contents = [...(parent?.contents ?? []), recipe.content];
  return {
    name: recipe.name,
    id,
    parent,
    json,
    ancestry: [id, ...(parent?.ancestry ?? [])],
    layer,
    compression: recipe.compression,
    archive,
    isEmpty: recipe.content.length === 0,
    payload: `sha256:${sha256(json, '\n', layer)}`,
    diffId: `sha256:${sha256(archive)}`,
    tree: treeOfLayers(contents),
    contents,
  };
}

/** Writes an image as the server did when its push was complete. */
export async function writeImage(directory: string, image: OldImage, recipe: Recipe): Promise<void> {
  const folder = join(directory, 'images', image.id);
  await mkdir(folder, { recursive: true });
  const sums = [...(recipe.checksum === 'two' ? [tarsum(image.archive, image.json)] : []), image.payload];
  await writeFile(join(folder, 'json'), image.json);
  await writeFile(join(folder, 'layer'), image.layer);
  // The server was written in Python, whose lists have a space after each comma.
  await writeFile(join(folder, 'ancestry'), JSON.stringify(image.ancestry).replaceAll(',', ', '));
  await writeFile(
    join(folder, '_checksum'),
    recipe.checksum === 'bare' ? image.payload : JSON.stringify(sums).replaceAll(',', ', '),
  );
}
