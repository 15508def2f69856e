import { join } from 'node:path';
import { Digest } from '../model/digest.js';
import { fieldOf, isJsonObject } from '../model/json.js';
import { Repository } from '../model/repository.js';
import { ImageId } from '../model/v1/image-id.js';
import type { Layout } from '../store/filesystem/layout.js';
import { RecordFolder, type RecordForm } from './record-folder.js';

/** Where the manifest of a top image is held. */
export interface Place {
  readonly repository: Repository;
  readonly manifest: Digest;
}

/** An image whose layer has been read and found to be what its id says. */
export interface ProvenImage {
  /** That holds the layer. */
  readonly repository: Repository;
  /** The blob; undefined for the top of an image without layers. */
  readonly layer: Digest | undefined;
  /** Of the unpacked layer; undefined without one. */
  readonly diffId: Digest | undefined;
  readonly parent: ImageId | undefined;
  /** sha256 of the image's json: the payload checksum covers it. */
  readonly json: string;
  /** Payload checksum: `sha256:<hex>`. */
  readonly payload: string;
}

/** What the content of a layer is. */
export interface LayerFinding {
  /** Of the unpacked layer; undefined when it cannot be unpacked. */
  readonly diffId: Digest | undefined;
}

/** Everything that is found out about projected images. */
export interface Records {
  /** By the top image's id: the places that were seen last, at most {@link MOST_PLACES}. */
  readonly places: RecordFolder<readonly Place[]>;
  /** By the image's id. */
  readonly images: RecordFolder<ProvenImage>;
  /** By the hex digits of the blob's digest. */
  readonly layers: RecordFolder<LayerFinding>;
  /** By the hex digits of the manifest's digest: why it cannot be shown, found out by reading its layers. */
  readonly refusals: RecordFolder<string>;
}

/** The same image is in many repositories, and the one that was seen last may be gone the first. */
export const MOST_PLACES = 4;

/** The directory of everything that the projection derives. */
export function recordsDirectory(layout: Layout): string {
  return join(layout.registry, 'dockgate', 'v1', 'projection');
}

export function openRecords(layout: Layout): Records {
  const directory = recordsDirectory(layout);
  return {
    places: new RecordFolder(layout, directory, PLACES),
    images: new RecordFolder(layout, directory, IMAGES),
    layers: new RecordFolder(layout, directory, LAYERS),
    refusals: new RecordFolder(layout, directory, REFUSALS),
  };
}

function textOf(value: unknown, name: string): string {
  const text = isJsonObject(value) ? fieldOf(value, name) : undefined;
  return typeof text === 'string' ? text : '';
}

const PLACES: RecordForm<readonly Place[]> = {
  folder: 'places',
  read(value) {
    if (!Array.isArray(value) || value.length > MOST_PLACES) return undefined;
    const places = value.map((each) => {
      const repository = Repository.read(textOf(each, 'repository'));
      const manifest = Digest.read(textOf(each, 'manifest'));
      return repository === undefined || manifest === undefined ? undefined : { repository, manifest };
    });
    return places.filter((place) => place !== undefined);
  },
  write: (places) =>
    places.map(({ repository, manifest }) => ({
      repository: repository.name,
      manifest: manifest.toString(),
    })),
};

const IMAGES: RecordForm<ProvenImage> = {
  folder: 'images',
  read(value) {
    const repository = Repository.read(textOf(value, 'repository'));
    const json = textOf(value, 'json');
    const payload = textOf(value, 'payload');
    if (repository === undefined || !/^[a-f0-9]{64}$/.test(json)) return undefined;
    if (!/^sha256:[a-f0-9]{64}$/.test(payload)) return undefined;
    const layer = Digest.read(textOf(value, 'layer'));
    const diffId = Digest.read(textOf(value, 'diffId'));
    if ((layer === undefined) !== (diffId === undefined)) return undefined;
    const parent = ImageId.read(textOf(value, 'parent'));
    return { repository, layer, diffId, parent, json, payload };
  },
  write: ({ repository, layer, diffId, parent, json, payload }) => ({
    repository: repository.name,
    layer: layer?.toString(),
    diffId: diffId?.toString(),
    parent: parent?.hex,
    json,
    payload,
  }),
};

const LAYERS: RecordForm<LayerFinding> = {
  folder: 'layers',
  read: (value) => (isJsonObject(value) ? { diffId: Digest.read(textOf(value, 'diffId')) } : undefined),
  write: ({ diffId }) => ({ diffId: diffId?.toString() }),
};

const REFUSALS: RecordForm<string> = {
  folder: 'refusals',
  read: (value) => textOf(value, 'reason') || undefined,
  write: (reason) => ({ reason }),
};
