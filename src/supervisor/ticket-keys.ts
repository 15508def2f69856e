import { randomBytes } from 'node:crypto';

/** Bytes of the keys: a name, one for authentication, one for encryption (`server.setTicketKeys`). */
const LENGTH = 48;

/** The keys of TLS session tickets (RFC 5077) that all workers share, so that a session is resumed whichever answers. */
export class TicketKeys {
  #current = randomBytes(LENGTH);
  readonly #timer: NodeJS.Timeout;

  /**
   * @param onChange is told of new keys
   * @param lifetime milliseconds for which keys are used
   */
  constructor(onChange: (keys: Buffer) => void, lifetime: number) {
    this.#timer = setInterval(() => {
      this.#current = randomBytes(LENGTH);
      onChange(this.#current);
    }, lifetime).unref();
  }

  get current(): Buffer {
    return this.#current;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}
