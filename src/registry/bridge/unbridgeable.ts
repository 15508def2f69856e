import type { ImageId } from '../model/v1/image-id.js';

/** A v1 image cannot be shown to clients of the v2 API. */
export class Unbridgeable extends Error {
  readonly code = 'UNBRIDGEABLE';
  /** The image that is at fault: the one that was asked for, or one below it. */
  readonly image: ImageId;
  /** What is wrong, after "the image … ": `has no layer`. */
  readonly reason: string;

  constructor(image: ImageId, reason: string, options?: ErrorOptions) {
    super(`the v1 image ${image} ${reason}`, options);
    this.name = 'Unbridgeable';
    this.image = image;
    this.reason = reason;
  }
}
