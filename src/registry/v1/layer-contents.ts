import type { Exchange } from '../../exchange/exchange.js';
import type { Reply } from '../../exchange/reply.js';
import { BoundedMap } from '../bounded-map.js';
import {
  differences,
  differencesJson,
  type FileTuple,
  filesJson,
  LayerUnreadable,
  listFiles,
} from '../layer/layer.js';
import type { ImageId } from '../model/v1/image-id.js';
import { Slots } from '../slots.js';
import type { ImageStore, V1Stores } from '../store/v1-contracts.js';
import { busy, imageNotFound, refused } from './failures.js';
import { isRevalidation, shown, unmodified } from './images.js';
import { longCache, textReply } from './replies.js';

/** Bytes of answers that are remembered. */
const REMEMBERED = 64 * 1024 * 1024;

/** Layers that are being read at a time, and requests that may wait for one. */
const AT_ONCE = 2;
const WAITING = 64;

/** Milliseconds that the layers for one answer may be read: a small layer can unpack to what takes an hour, under many images. */
const LONGEST = 120_000;

/** What is told of the files of an image. */
export type ContentsPart = 'files' | 'diff';

/** Tells which files layers have: read from the layer when somebody asks, and remembered for a while. */
export class LayerContents {
  readonly #images: ImageStore;
  readonly #remembered = new BoundedMap<Buffer>(REMEMBERED, (text) => text.length);
  readonly #running = new Map<string, Promise<Buffer>>();
  readonly #slots = new Slots(AT_ONCE);
  readonly #begin: () => AbortSignal;

  /** @param begin makes what ends the reading for one answer. */
  constructor(images: ImageStore, begin: () => AbortSignal = () => AbortSignal.timeout(LONGEST)) {
    this.#images = images;
    this.#begin = begin;
  }

  /**
   * The answer, as JSON. Whoever asks while it is being made gets the same.
   *
   * @param ancestry the image itself, its parent, and so on.
   * @throws {Failure} 404 without a layer; 400 for one that is no archive or takes too long; 503 when too many wait.
   */
  async read(part: ContentsPart, ancestry: readonly ImageId[]): Promise<Buffer> {
    const key = `${part} ${ancestry[0]}`;
    const text = this.#remembered.get(key) ?? this.#running.get(key);
    if (text !== undefined) return text;
    const made = this.#slots.runUnlessBusy(WAITING, () => this.#make(part, ancestry));
    if (made === undefined) throw busy('too many layers are being read; try again in a moment');
    const running = made.finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    const answer = await running;
    this.#remembered.set(key, answer);
    return answer;
  }

  async #make(part: ContentsPart, [id, ...below]: readonly ImageId[]): Promise<Buffer> {
    const signal = this.#begin();
    try {
      if (id === undefined) throw imageNotFound();
      const files = await this.#files(id, signal);
      return part === 'files' ? await filesJson(files) : await this.#differences(files, below, signal);
    } catch (error) {
      if (signal.aborted && error === signal.reason) throw refused('the layers take too long to read');
      if (error instanceof LayerUnreadable) throw refused('Layer format not supported');
      throw error;
    }
  }

  async #differences(
    files: readonly FileTuple[],
    below: readonly ImageId[],
    signal: AbortSignal,
  ): Promise<Buffer> {
    const lists = async function* (this: LayerContents): AsyncGenerator<readonly FileTuple[]> {
      for (const id of below) yield await this.#files(id, signal);
    };
    return differencesJson(await differences(files, lists.call(this)));
  }

  async #files(id: ImageId, signal: AbortSignal): Promise<readonly FileTuple[]> {
    const file = await this.#images.layerFile(id);
    if (file === undefined) throw imageNotFound();
    return listFiles(file, { signal });
  }
}

/**
 * Answers `GET /v1/images/<id>/files` and `…/diff`. The original left the latter to another process and answered with
 * nothing until that had done it; here the answer is the differences.
 */
export async function answerContents(
  { images }: V1Stores,
  contents: LayerContents,
  part: ContentsPart,
  exchange: Exchange,
  id: ImageId,
): Promise<Reply> {
  const { ancestry } = shown(await images.find(id));
  if (isRevalidation(exchange)) return unmodified();
  return textReply(await contents.read(part, ancestry), 200, longCache());
}
