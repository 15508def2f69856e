import type { ImageId } from '../model/v1/image-id.js';
import { MOST_PLACES, type Place, type Records } from './records.js';

/** Remembers where top images have been seen, for whoever asks for one of them by nothing but its id. */
export class Places {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
  }

  /** The last places first; some may not hold the image any more. */
  async of(id: ImageId): Promise<readonly Place[]> {
    return (await this.#records.places.get(id.hex)) ?? [];
  }

  /** As {@link of}, also those that other processes have noted since. */
  async again(id: ImageId): Promise<readonly Place[]> {
    return (await this.#records.places.reread(id.hex)) ?? [];
  }

  /**
   * Notes a place, in front of those noted before.
   *
   * @returns why the manifest there cannot be shown, when its layers have been read before and are not what it says.
   */
  async note(id: ImageId, place: Place): Promise<string | undefined> {
    const known = this.#records.places.recall(id.hex);
    // Nothing is refused that was noted, unless it was noted before the refusal.
    if (known?.some((each) => isSame(each, place)) === true) return this.refusal(place);
    const refusal = await this.refusal(place);
    if (refusal !== undefined) return refusal;
    const before = await this.again(id);
    if (before.some((each) => isSame(each, place))) return undefined;
    const kept: Place[] = [];
    for (const each of before) if ((await this.refusal(each)) === undefined) kept.push(each);
    await this.#records.places.put(id.hex, [place, ...kept].slice(0, MOST_PLACES));
    return undefined;
  }

  /** Why a manifest cannot be shown, as far as is known. */
  refusal({ manifest }: Place): Promise<string | undefined> {
    return this.#records.refusals.get(manifest.encoded);
  }

  /** Notes that the layers of a manifest are not what it says. */
  refuse({ manifest }: Place, reason: string): Promise<void> {
    return this.#records.refusals.put(manifest.encoded, reason);
  }
}

function isSame(one: Place, other: Place): boolean {
  return one.repository.name === other.repository.name && one.manifest.equals(other.manifest);
}
