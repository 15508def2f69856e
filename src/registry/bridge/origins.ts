import type { Digest } from '../model/digest.js';
import { ImageId } from '../model/v1/image-id.js';
import type { DerivedFiles } from './derived-files.js';

/** Images that are remembered to lead to a manifest. */
const REMEMBERED = 10_000;

/** Which v1 images manifests were made from: a file for each pair. Images that differ in their id alone lead to one manifest. */
export class Origins {
  readonly #files: DerivedFiles;
  readonly #noted = new Set<string>();

  constructor(files: DerivedFiles) {
    this.#files = files;
  }

  /** The images that a manifest was made from, in the order of their ids. */
  async of(manifest: Digest): Promise<ImageId[]> {
    if (manifest.algorithm !== 'sha256') return [];
    const names = await this.#files.names(directoryOf(manifest));
    return names.map((name) => ImageId.read(name)).filter((id) => id !== undefined);
  }

  async note(manifest: Digest, image: ImageId): Promise<void> {
    const name = `${directoryOf(manifest)}/${image.hex}`;
    if (this.#noted.has(name)) return;
    await this.#files.write(name, true);
    if (this.#noted.size >= REMEMBERED) this.#noted.clear();
    this.#noted.add(name);
  }
}

function directoryOf({ encoded }: Digest): string {
  return `origins/${encoded.slice(0, 2)}/${encoded}`;
}
