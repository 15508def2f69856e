import { inBatches } from '../batches.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { BlobStore } from '../store/contracts.js';
import { JoinedWork } from '../store/filesystem/joined-work.js';
import type { ClaimedImage, Claims } from './claims.js';
import type { LayerReading } from './layer-reading.js';
import type { Places } from './places.js';
import type { Place, ProvenImage, Records } from './records.js';

/** Images of a manifest looked at side by side. */
const WIDTH = 16;

/** What came of the reading of an image's layer. */
type Proof = ProvenImage | 'gone' | 'forged' | 'unreadable';

/**
 * Makes sure that the layers of an image are what its config says, before one of them is shown under an id that others may
 * rely on: who pushes an image can name any layer, under the id of anybody's image.
 */
export class Proofs {
  readonly #blobs: BlobStore;
  readonly #records: Records;
  readonly #places: Places;
  readonly #layers: LayerReading;
  readonly #work = new JoinedWork<Proof>();

  constructor(blobs: BlobStore, records: Records, places: Places, layers: LayerReading) {
    this.#blobs = blobs;
    this.#records = records;
    this.#places = places;
    this.#layers = layers;
  }

  /**
   * Proves all images of a manifest that are not proven yet, or whose layers are no longer held where they were.
   *
   * @returns the top one; undefined when a layer is not there; why they cannot be shown, as the end of a sentence.
   * @throws {StoredContentDamaged}
   */
  async prove(place: Place, claims: Claims): Promise<ProvenImage | string | undefined> {
    const known = await this.#places.refusal(place);
    if (known !== undefined) return known;
    const refusal = await this.#refusal(claims);
    if (refusal !== undefined) {
      await this.#places.refuse(place, refusal);
      return refusal;
    }
    const proofs = await inBatches(claims.images, WIDTH, (image) => this.#prove(place, image));
    if (proofs.includes('gone')) return undefined;
    const bad = proofs.findIndex((proof) => proof === 'forged' || proof === 'unreadable');
    if (bad !== -1) {
      const reason = proofs[bad] === 'forged' ? forged(bad) : unreadable(bad);
      await this.#places.refuse(place, reason);
      return reason;
    }
    const top = proofs.at(-1);
    return typeof top === 'object' ? top : undefined;
  }

  /** The proof of an image, while its layer is held. */
  async standing(id: ImageId): Promise<ProvenImage | undefined> {
    const known = await this.#records.images.get(id.hex);
    if (known === undefined || (await this.#isHeld(known))) return known;
    // Another process may have found the layer in another repository since.
    const again = await this.#records.images.reread(id.hex);
    return again !== undefined && (await this.#isHeld(again)) ? again : undefined;
  }

  /** The proof of an image, wherever its layer may be now. */
  proof(id: ImageId): Promise<ProvenImage | undefined> {
    return this.#records.images.get(id.hex);
  }

  async #isHeld({ repository, layer }: ProvenImage): Promise<boolean> {
    return layer === undefined || (await this.#blobs.find(repository, layer)) !== undefined;
  }

  async #prove(place: Place, image: ClaimedImage): Promise<Proof> {
    const standing = await this.standing(image.id);
    if (standing !== undefined && isProofOf(standing, image)) return standing;
    const { layer } = image;
    if (layer !== undefined && (await this.#blobs.find(place.repository, layer.digest)) === undefined)
      return 'gone';
    return this.#work.join(`${image.id} ${layer?.digest}`, () => this.#read(place, image));
  }

  async #read({ repository }: Place, image: ClaimedImage): Promise<Proof> {
    const { layer, parent, jsonDigest: json } = image;
    // The layer may have been read for the same image while this one was waiting, or be held elsewhere now.
    const before = await this.#records.images.get(image.id.hex);
    const isSame = before !== undefined && isProofOf(before, image) && isSameLayer(before, image);
    const read = isSame ? undefined : await this.#layers.read(image);
    if (!isSame) {
      if (read === undefined) return 'gone';
      const { diffId } = read.finding;
      if (layer !== undefined && diffId === undefined) return 'unreadable';
      if (layer !== undefined && diffId?.equals(layer.diffId) !== true) return 'forged';
    }
    const payload = read?.payload ?? before?.payload ?? '';
    const proven = { repository, layer: layer?.digest, diffId: layer?.diffId, parent, json, payload };
    await this.#records.images.put(image.id.hex, proven);
    return proven;
  }

  /** Why an image cannot be shown, as far as its layers have been read before, for other images too. */
  async #refusal(claims: Claims): Promise<string | undefined> {
    for (const [index, { layer }] of claims.images.entries()) {
      const finding = layer === undefined ? undefined : await this.#layers.known(layer.digest);
      if (finding === undefined) continue;
      if (finding.diffId === undefined) return unreadable(index);
      if (layer !== undefined && !finding.diffId.equals(layer.diffId)) return forged(index);
    }
    return undefined;
  }
}

function forged(index: number): string {
  return `has another layer ${index + 1} than its config says`;
}

function unreadable(index: number): string {
  return `has a layer ${index + 1} that cannot be unpacked`;
}

function isProofOf(proven: ProvenImage, { parent, jsonDigest, layer }: ClaimedImage): boolean {
  return (
    proven.json === jsonDigest &&
    proven.parent?.hex === parent?.hex &&
    proven.diffId?.toString() === layer?.diffId.toString()
  );
}

function isSameLayer({ layer }: ProvenImage, image: ClaimedImage): boolean {
  return layer?.toString() === image.layer?.digest.toString();
}
