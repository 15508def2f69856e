import type { Readable } from 'node:stream';
import type { LayerFacts } from '../layer/layer.js';
import type { Digest } from '../model/digest.js';
import type { Tag } from '../model/reference.js';
import type { ImageId } from '../model/v1/image-id.js';
import type { V1Repository } from '../model/v1/v1-repository.js';
import type { StoredBlob } from './contracts.js';

/*
 * What the v1 API asks of a place that keeps its images. As in `contracts.ts`: every name that goes in is a parsed value,
 * undefined or false means "not there", StorageFull is thrown by everything that writes, BodyBroken where a body is read,
 * and ReadOnly by everything that writes where nothing may be written. When a method that writes has returned, what it
 * wrote survives the loss of the process and of the machine, unless it says otherwise.
 */

/** An image as it is stored. */
export interface StoredImage {
  /** As it was pushed, byte for byte: checksums depend on it. */
  readonly json: Uint8Array;
  /** The image itself, its parent, and so on to the base. */
  readonly ancestry: readonly ImageId[];
  /** Its push has begun and has not been completed. */
  readonly isUploading: boolean;
  /** `sha256:<hex>` of the layer that is stored, usually one; see `layer/payload-checksum.ts`. Old stores hold others too. */
  readonly checksums: readonly string[];
}

/** Images, whoever refers to them. */
export interface ImageStore {
  /**
   * @returns undefined when there is no such image.
   * @throws {ImageDamaged} when what is stored cannot be an image.
   */
  find(id: ImageId): Promise<StoredImage | undefined>;
  /** As `find`, for whoever tells a client that it need not push the image: clean-up leaves it alone for a while. */
  keep(id: ImageId): Promise<StoredImage | undefined>;
  /** The layer, as it was pushed. @returns undefined when there is none. */
  layer(id: ImageId): Promise<StoredBlob | undefined>;
  /** Path of the file that holds the layer; undefined when there is none, or the layer is not kept in a file of its own. */
  layerFile(id: ImageId): Promise<string | undefined>;
  /** Every image, in the order of the ids. */
  ids(): AsyncIterable<ImageId>;
}

/** A layer that has been received for an image whose push is under way. */
export interface ReceivedLayer {
  /** Payload checksum: `sha256:<hex>` over the image's json, a line feed and the layer's bytes. */
  readonly payload: string;
  /** Of the layer's bytes alone. */
  readonly digest: Digest;
  readonly size: number;
  /** Path of the file. */
  readonly file: string;
}

/** What became of a push that was to be completed. */
export type Completion = 'complete' | 'mismatch' | 'nothing under way' | 'no layer' | 'unknown image';

/**
 * Pushes of images. Two clients may push the same image at once, as they do with common bases: what each of them sends is
 * kept apart until one of them proves it whole.
 */
export interface ImagePushes {
  /**
   * Begins the push of an image, or begins it anew. The same json as before leaves received layers alone; with another they
   * belong to nothing any more. A loss of power may undo it, and what has been received: then the push begins anew.
   *
   * @param ancestry begins with the image itself.
   * @returns false, and nothing changes, when the image is there and complete: not under way, and with a layer.
   */
  begin(id: ImageId, json: Uint8Array, ancestry: readonly ImageId[]): Promise<boolean>;
  /**
   * Receives a layer, to the end of the body. Whatever fails, nothing of it is visible and it can be sent again.
   *
   * @returns undefined when the image is not there, which leaves the body unread, or its push was begun anew with another
   * json meanwhile; 'complete' when it was complete before and this is another layer than the one that is stored. A client
   * that sends the layer that is stored is told of it as of any other, and so is one that has begun its push before a rival
   * completed the image.
   */
  receive(id: ImageId, body: Readable): Promise<ReceivedLayer | 'complete' | undefined>;
  /**
   * The layer that has been received with this payload checksum; undefined when there is none. The one that made an image
   * complete is no longer among them, so {@link complete} has to be asked even then.
   */
  received(id: ImageId, payload: string): Promise<ReceivedLayer | undefined>;
  /**
   * Completes a push with the received layer of this payload checksum. Also `complete` for an image that is complete, when
   * that layer has been received before or is the one that is stored.
   *
   * @param facts what is known of that layer, for those who would have to read it again.
   */
  complete(id: ImageId, payload: string, facts?: LayerFacts): Promise<Completion>;
  /**
   * Stores a whole image whose layer lies in a file already; the file is linked where the system can, else copied. An
   * image that is there and complete stays as it is.
   *
   * @param ancestry begins with the image itself. @param payload checksum, as of {@link ReceivedLayer}.
   */
  adopt(
    id: ImageId,
    json: Uint8Array,
    ancestry: readonly ImageId[],
    file: string,
    payload: string,
  ): Promise<void>;
}

/** What the tag of an image says, and proof of which writing of it that was. */
export interface StoredTag {
  readonly image: ImageId;
  /** Another after every writing, even of the same image. */
  readonly writing: string;
  /** When that was, in milliseconds since the epoch; undefined when nobody knows. */
  readonly written?: number;
}

/** Tags of repositories. */
export interface V1TagStore {
  /** By name, in their order. @returns undefined when there is no such repository. */
  list(repository: V1Repository): Promise<ReadonlyMap<string, ImageId> | undefined>;
  /** Answers at once when it can: this stands in front of every manifest that is asked for by tag. */
  get(repository: V1Repository, tag: Tag): StoredTag | undefined | Promise<StoredTag | undefined>;
  /** @param description JSON that is kept beside the tag; that of `latest` also becomes the repository's. */
  put(repository: V1Repository, tag: Tag, image: ImageId, description: string): Promise<void>;
  /** The JSON beside a tag, or beside the repository without one. */
  description(repository: V1Repository, tag: Tag | undefined): Promise<string | undefined>;
  /** @param writing take it away only while it is this writing. @returns false when there was nothing to take away. */
  remove(repository: V1Repository, tag: Tag, writing?: string): Promise<boolean>;
}

/** An entry of the list of images that a client announces. */
export interface ListedImage {
  readonly id: string;
  readonly checksum?: string;
  readonly Tag?: string;
}

/** Repositories, as the index knows them. */
export interface V1RepositoryStore {
  /** Whether a client has ever written to it, and nobody has removed it since. */
  has(repository: V1Repository): Promise<boolean>;
  /** In the byte order of `namespace/name`. */
  list(): AsyncIterable<V1Repository>;
  /** The images that were announced. @returns undefined when none ever were. */
  images(repository: V1Repository): Promise<readonly ListedImage[] | undefined>;
  /** Adds to the list: united by id, the first checksum of an image stays. */
  announce(repository: V1Repository, images: readonly ListedImage[]): Promise<void>;
  isPrivate(repository: V1Repository): Promise<boolean>;
  setPrivate(repository: V1Repository, isPrivate: boolean): Promise<void>;
  /** Takes away the repository with its tags; images stay until a clean-up. @returns false when there is none. */
  remove(repository: V1Repository): Promise<boolean>;
}

/** Everything that the v1 API works on. */
export interface V1Stores {
  readonly images: ImageStore;
  readonly pushes: ImagePushes;
  readonly tags: V1TagStore;
  readonly repositories: V1RepositoryStore;
  /** Nothing may be written. */
  readonly isReadOnly: boolean;
}

/** What is stored of an image cannot be an image. */
export class ImageDamaged extends Error {
  readonly code = 'IMAGE_DAMAGED';

  /** @param reason what is wrong, after "the image … ": `has no ancestry`. */
  constructor(id: ImageId, reason: string, options?: ErrorOptions) {
    super(`the image ${id} ${reason}`, options);
    this.name = 'ImageDamaged';
  }
}

/** The directory is served read-only, by its operator's wish. */
export class ReadOnly extends Error {
  readonly code = 'READ_ONLY';

  constructor() {
    super('this registry is read-only');
    this.name = 'ReadOnly';
  }
}
