import type { Readable } from 'node:stream';

/** The request's body ended before all of it had come. */
export class BodyBroken extends Error {
  readonly code = 'BODY_BROKEN';

  constructor(options?: ErrorOptions) {
    super('the request body broke off', options);
    this.name = 'BodyBroken';
  }
}

/**
 * Takes a chunk. A promise holds the sender back until it is fulfilled. What it throws ends the reception.
 */
export type Take = (chunk: Uint8Array) => Promise<void> | undefined;

const ignore = (): void => undefined;

/**
 * Hands a body over chunk by chunk, without copying, until it ends.
 *
 * The body is never destroyed here: after an error it is left paused, since the reply may still have to go out on
 * its connection.
 *
 * @throws {BodyBroken} when the body ends early; and whatever `take` throws.
 */
export function receive(body: Readable, take: Take): Promise<void> {
  return new Promise((resolve, reject) => {
    let settled = false;
    const settle = (error?: unknown): void => {
      if (settled) return;
      settled = true;
      body.off('data', onData).off('end', onEnd).off('error', onError).off('close', onClose);
      // The connection may still break while the reply is being made; nobody else may be listening by then.
      body.on('error', ignore);
      if (error === undefined) {
        resolve();
      } else {
        body.pause();
        reject(error);
      }
    };
    const onEnd = (): void => settle();
    const onError = (error: Error): void => settle(new BodyBroken({ cause: error }));
    const onClose = (): void => settle(body.readableEnded ? undefined : new BodyBroken());
    const onData = (chunk: Uint8Array): void => {
      try {
        const wait = take(chunk);
        if (wait === undefined) return;
        body.pause();
        wait.then(() => {
          if (!settled) body.resume();
        }, settle);
      } catch (error) {
        settle(error);
      }
    };
    if (body.readableEnded || body.destroyed) {
      onClose();
      return;
    }
    body.on('data', onData).on('end', onEnd).on('error', onError).on('close', onClose);
    body.resume();
  });
}
