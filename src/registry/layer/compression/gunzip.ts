import { createGunzip, type Gunzip } from 'node:zlib';
import { LayerUnreadable } from '../layer-unreadable.js';

/** Bytes that are unpacked at a time, and bound what a thousandfold compression puts into memory. */
const CHUNK = 128 * 1024;

/**
 * Unpacks gzip of one member or more, on zlib's threads. Zeros may follow the last member, as tapes have them; they are
 * reported by `onPadding`, since the clients of today refuse them. Anything else there is damage.
 *
 * @throws {LayerUnreadable} and whatever `source` throws.
 */
export async function* gunzip(
  source: AsyncGenerator<Buffer, void, undefined>,
  onPadding: (bytes: number) => void,
): AsyncGenerator<Buffer, void, undefined> {
  const stream = createGunzip({ chunkSize: CHUNK });
  const feeding = feed(source, stream, onPadding);
  // Whoever reads the stream learns of it first; here it only must not end the process.
  feeding.catch((error: unknown) => stream.destroy(error as Error));
  try {
    for await (const chunk of stream) yield chunk as Buffer;
    await feeding;
  } catch (error) {
    throw isZlibError(error) ? new LayerUnreadable(reasonOf(error), { cause: error }) : error;
  } finally {
    stream.destroy();
    await feeding.catch(() => undefined);
    await source.return();
  }
}

async function feed(
  source: AsyncGenerator<Buffer, void, undefined>,
  stream: Gunzip,
  onPadding: (bytes: number) => void,
): Promise<void> {
  let position = 0;
  let padding = 0;
  for (let next = ahead(source); ; ) {
    const { value: chunk } = await next;
    if (chunk === undefined) break;
    if (stream.destroyed && !stream.readableEnded) return;
    next = ahead(source);
    const isOver = stream.bytesWritten < position;
    position += chunk.length;
    if (!isOver && !(await isTaken(stream, chunk))) return;
    // The data have ended where zlib took no more.
    const rest = chunk.subarray(Math.max(0, chunk.length - (position - stream.bytesWritten)));
    if (rest.some((byte) => byte !== 0)) throw new LayerUnreadable('has something behind its gzip data');
    padding += rest.length;
  }
  if (padding > 0) onPadding(padding);
  stream.end();
}

/** Reads on while the chunk before is being unpacked. */
function ahead(source: AsyncGenerator<Buffer, void, undefined>): Promise<IteratorResult<Buffer, void>> {
  const next = source.next();
  next.catch(() => undefined);
  return next;
}

/** @returns false when the stream has failed, or nobody wants what comes out of it any more. */
function isTaken(stream: Gunzip, chunk: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (taken: boolean): void => {
      stream.off('end', onEnd).off('close', onClose);
      resolve(taken);
    };
    const onEnd = (): void => settle(true);
    const onClose = (): void => settle(false);
    // Not every version of node calls back when the data end inside the chunk.
    stream.once('end', onEnd).once('close', onClose);
    stream.write(chunk, (error) => settle(error === null || error === undefined));
  });
}

function isZlibError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}

function reasonOf({ code }: { readonly code: string }): string {
  return code === 'Z_BUF_ERROR' ? 'ends inside its gzip data' : 'has damaged gzip data';
}
