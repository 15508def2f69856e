import { open } from 'node:fs/promises';
import { unpackLayer } from '../layer/layer.js';
import type { Digest } from '../model/digest.js';
import { type Manifest, parseManifest } from '../model/manifest.js';
import { MediaType } from '../model/media-type.js';
import type { Repository } from '../model/repository.js';
import { AdoptedFileChanged, type FilesystemAdoption } from '../store/filesystem/filesystem-adoption.js';
import type { BridgedImage, OwnedLayer } from './image-making.js';

/** Layers and configs stored side by side. */
const WIDTH = 8;

/** Puts the parts of bridged images where the v2 API finds them. */
export class ImageStoring {
  readonly #adoption: FilesystemAdoption;
  readonly #copy: boolean;

  /** @param copy leave the files of layers as they are. */
  constructor(adoption: FilesystemAdoption, copy: boolean) {
    this.#adoption = adoption;
    this.#copy = copy;
  }

  /**
   * Lets a repository hold the layers and the config of an image, but not yet its manifest, which it returns.
   *
   * @throws {AdoptedFileChanged} when a layer is another than the one that was found.
   */
  async store(repository: Repository, image: BridgedImage): Promise<Manifest> {
    const layers = [
      ...new Map(image.layers.map((each) => [each.layer.content.digest.toString(), each])).values(),
    ];
    for (let start = 0; start < layers.length; start += WIDTH) {
      const outcomes = await Promise.allSettled(
        layers.slice(start, start + WIDTH).map((each) => this.#storeLayer(repository, each)),
      );
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    }
    await this.#storeConfig(repository, image.configDigest, image.config);
    return parseManifest(image.manifest, MediaType.dockerManifest);
  }

  async #storeLayer(repository: Repository, { layer }: OwnedLayer): Promise<void> {
    const { content, file, identity, isFile, isChecked } = layer;
    if (await this.#adoption.hold(repository, content.digest, content.size)) return;
    if (isFile) {
      const { ino, size } = identity;
      await this.#adoption.adopt(repository, content.digest, {
        path: file,
        ino,
        size,
        copy: this.#copy,
        isChecked,
      });
      return;
    }
    await this.#adoption.create(repository, content.digest, async (staged) => {
      const sink = await open(staged, 'w');
      try {
        const { facts } = await unpackLayer(file, sink);
        if (!facts.diffId.equals(content.digest)) throw new AdoptedFileChanged(file);
      } finally {
        await sink.close();
      }
    });
  }

  async #storeConfig(repository: Repository, digest: Digest, bytes: Buffer): Promise<void> {
    if (await this.#adoption.hold(repository, digest, bytes.length)) return;
    await this.#adoption.create(repository, digest, async (staged) => {
      const file = await open(staged, 'w');
      try {
        await file.writeFile(bytes);
      } finally {
        await file.close();
      }
    });
  }
}
