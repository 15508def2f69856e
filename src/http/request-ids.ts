import { randomBytes } from 'node:crypto';

/** Makes identifiers for requests: a random part for the process, then a count, so that making one costs nothing. */
export class RequestIds {
  readonly #process = randomBytes(6).toString('base64url');
  #count = 0;

  next(): string {
    this.#count += 1;
    return `${this.#process}-${this.#count.toString(36)}`;
  }
}
