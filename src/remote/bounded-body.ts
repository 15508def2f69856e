import type { Readable } from 'node:stream';
import { RemoteFailure } from './failure.js';

/** Reads a body into memory. @param most bytes @throws {RemoteFailure} when it is longer, whatever it announces. */
export async function readBounded(body: Readable, most: number, what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > most) {
      body.destroy();
      throw new RemoteFailure('UNEXPECTED', `${what} is longer than ${most} bytes and was not read`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
