import { type FileHandle, open } from 'node:fs/promises';
import { type InspectionOptions, inspectLayer, type LayerInspection } from './layer-inspection.js';

/** Where unpacked bytes go: the path of a file that is not there yet, or a file that is open for writing. */
export type UnpackingSink = string | FileHandle;

/**
 * Writes the archive of a layer unpacked, and finds out about it by the same reading. Nothing is synced: whoever wants the
 * file to stay does that and moves it to its place. After an error what has been written is of no use and left to the caller.
 *
 * @throws as `inspectLayer`, and the system's error for the file that is written.
 */
export async function unpackLayer(
  file: string,
  sink: UnpackingSink,
  options: Omit<InspectionOptions, 'take'> = {},
): Promise<LayerInspection> {
  const target = typeof sink === 'string' ? await open(sink, 'wx') : sink;
  try {
    return await inspectLayer(file, { ...options, take: (chunk) => writeAll(target, chunk) });
  } finally {
    if (typeof sink === 'string') await target.close();
  }
}

async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let written = 0; written < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, written, chunk.length - written, null);
    written += bytesWritten;
  }
}
