import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { LayerUnreadable } from './layer-unreadable.js';

/** Bytes read at a time: enough to make the calls cheap, and hashed in less than a millisecond. */
const CHUNK = 256 * 1024;

/** Buffers that are read into in turns: memory that is new each time costs as much as reading. */
const BUFFERS = 3;

/** How a layer is read, whatever for. */
export interface LayerReading {
  /** Ends the reading; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes of the file have just been read. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * The bytes of a layer's file as they are stored. A chunk stays as it is until the one after the next is asked for. The
 * file is closed when the last has been taken, or nobody wants more.
 *
 * @throws {LayerUnreadable} when there is something else than a file; and the system's error, ENOENT when it is not there.
 */
export async function* fileChunks(
  path: string,
  { signal, onBytes }: LayerReading,
): AsyncGenerator<Buffer, void, undefined> {
  signal?.throwIfAborted();
  // Without O_NONBLOCK, opening a named pipe in its place would wait for somebody to write to it.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await file.stat()).isFile()) throw new LayerUnreadable('is no file');
    const buffers: Buffer[] = [];
    for (let turn = 0; ; turn = (turn + 1) % BUFFERS) {
      signal?.throwIfAborted();
      const buffer = buffers[turn] ?? Buffer.allocUnsafeSlow(CHUNK);
      buffers[turn] = buffer;
      const { bytesRead } = await file.read(buffer, 0, CHUNK, null);
      if (bytesRead === 0) return;
      onBytes?.(bytesRead);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
