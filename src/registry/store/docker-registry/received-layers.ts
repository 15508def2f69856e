import type { Stats } from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { Digest } from '../../model/digest.js';
import type { ImageId } from '../../model/v1/image-id.js';
import { orUndefined } from '../filesystem/system-error.js';
import type { ReceivedLayer } from '../v1-contracts.js';
import { type DockerRegistryLayout, RECEIVED } from './docker-registry-layout.js';

/** Received layers of one image; the oldest goes when there are more. */
const MOST = 16;

/** Hex digits of the json's digest in a name. */
const JSON_DIGITS = 16;

const NAME = new RegExp(`^${RECEIVED}([a-f0-9]{${JSON_DIGITS}})_([a-f0-9]{64})_([a-f0-9]{64})$`);

/** What the name of a file of a received layer says. */
export interface ReceivedName {
  /** Beginning of the sha256 of the json that it belongs to. */
  readonly json: string;
  /** `sha256:<hex>`. */
  readonly payload: string;
  /** `sha256:<hex>` of the file. */
  readonly digest: string;
}

function readName(name: string): ReceivedName | undefined {
  const [, json, payload, digest] = NAME.exec(name) ?? [];
  if (json === undefined) return undefined;
  return { json, payload: `sha256:${payload}`, digest: `sha256:${digest}` };
}

function fileNameOf({ json, payload, digest }: ReceivedName): string {
  return `${RECEIVED}${json}_${payload.slice(7)}_${digest.slice(7)}`;
}

/** How the names of files call a json. */
export function jsonNameOf(json: Uint8Array): string {
  return Digest.of(json).encoded.slice(0, JSON_DIGITS);
}

/** The layers that have been received for images, each in a file whose name says what was computed on its way. */
export class ReceivedLayers {
  readonly #layout: DockerRegistryLayout;

  constructor(layout: DockerRegistryLayout) {
    this.#layout = layout;
  }

  path(id: ImageId, name: ReceivedName): string {
    return `${this.#layout.image(id)}/${fileNameOf(name)}`;
  }

  /** @returns none when the image is not there. */
  async names(id: ImageId): Promise<ReceivedName[]> {
    const names = (await orUndefined(readdir(this.#layout.image(id)))) ?? [];
    return names.map(readName).filter((name) => name !== undefined);
  }

  /** The one of this json and this payload checksum. */
  async find(id: ImageId, json: string, payload: string): Promise<ReceivedLayer | undefined> {
    const name = (await this.names(id)).find((each) => each.json === json && each.payload === payload);
    const digest = name && Digest.read(name.digest);
    if (name === undefined || digest === undefined) return undefined;
    const file = this.path(id, name);
    const status = await orUndefined(stat(file));
    return status?.isFile() === true ? { payload, digest, size: status.size, file } : undefined;
  }

  /** Removes those that are not wanted. */
  async remove(id: ImageId, isGone: (name: ReceivedName) => boolean): Promise<void> {
    for (const name of await this.names(id)) {
      if (isGone(name)) await orUndefined(unlink(this.path(id, name)));
    }
  }

  /** Removes the oldest where there are too many. */
  async bound(id: ImageId): Promise<void> {
    const names = await this.names(id);
    if (names.length <= MOST) return;
    const found: { readonly path: string; readonly status: Stats }[] = [];
    for (const name of names) {
      const path = this.path(id, name);
      const status = await orUndefined(stat(path));
      if (status !== undefined) found.push({ path, status });
    }
    found.sort((one, other) => one.status.mtimeMs - other.status.mtimeMs);
    for (const { path } of found.slice(0, -MOST)) await orUndefined(unlink(path));
  }
}
