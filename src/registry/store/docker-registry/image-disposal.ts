import type { Stats } from 'node:fs';
import { lstat, mkdir, readdir, rename, stat, unlink } from 'node:fs/promises';
import { inBatches } from '../../batches.js';
import type { ImageId } from '../../model/v1/image-id.js';
import { DurableFiles } from '../filesystem/durable-files.js';
import { Layout } from '../filesystem/layout.js';
import { codeOf, orUndefined } from '../filesystem/system-error.js';
import type { Terms } from '../upkeep.js';
import { DockerRegistryLayout, RECEIVED } from './docker-registry-layout.js';
import { idsIn } from './image-ids.js';
import { putBack } from './reliance.js';

/** Images worked on side by side. */
const WIDTH = 8;

/** What is kept of a push for a while only, beside received layers. */
const PASSING: ReadonlySet<string> = new Set(['_rivals', 'json-next', 'ancestry-next', 'layer-next']);

/** Something that has gone. */
export interface RemovedFile {
  readonly name: string;
  /** Bytes that are free now: none when the file has another name still. */
  readonly bytes: number;
}

/**
 * Takes images away that nobody has relied on lately. Each is moved where nobody can reach it, looked at once more and
 * put back when it has become fresh; whoever comes to rely on it meanwhile puts it back too.
 */
export class ImageDisposal {
  readonly layout: DockerRegistryLayout;
  readonly #staging: Layout;
  readonly #files: DurableFiles;

  /** @param root of docker-registry's layout. */
  constructor(root: string) {
    this.layout = new DockerRegistryLayout(root);
    this.#staging = new Layout(root);
    this.#files = new DurableFiles(this.#staging);
  }

  /** Puts everything back that a clean-up had in its hands when its process died. One that is at work does not mind. */
  async recover(): Promise<void> {
    for await (const id of idsIn(this.layout.trash)) {
      if (!(await putBack(this.layout, id))) await this.#discard([id]);
    }
  }

  /** Tells whether nobody has relied on an image lately. One without a json is as old as its directory. */
  async isStale(id: ImageId, { cutoff, began }: Terms): Promise<boolean> {
    const status = await statusOfImage(this.layout.image(id));
    return status !== undefined && status.mtimeMs < cutoff && status.ctimeMs < began;
  }

  /** Removes the images that are stale still. @returns those that have gone, or would have. */
  async remove(ids: readonly ImageId[], terms: Terms): Promise<RemovedFile[]> {
    const removed: RemovedFile[] = [];
    const withdrawn: ImageId[] = [];
    if (!terms.dryRun) await mkdir(this.layout.trash, { recursive: true });
    await inBatches(ids, WIDTH, async (id) => {
      if (!(await this.isStale(id, terms))) return;
      if (terms.dryRun) {
        removed.push({ name: id.hex, bytes: await bytesIn(this.layout.image(id)) });
        return;
      }
      if (!terms.mayRemove()) throw new Error('another clean-up may have taken over');
      if (!(await this.#withdraw(id))) return;
      const status = await statusOfImage(this.layout.trashed(id));
      // The move has changed nothing inside, so a json that was touched meanwhile shows it.
      if (status !== undefined && status.mtimeMs < terms.cutoff) withdrawn.push(id);
      else await putBack(this.layout, id);
    });
    return [...removed, ...(await this.#discard(withdrawn))];
  }

  async #withdraw(id: ImageId): Promise<boolean> {
    try {
      await rename(this.layout.image(id), this.layout.trashed(id));
      return true;
    } catch (error) {
      const code = codeOf(error);
      // One of that id is there that has not been put back because there is a newer one.
      if (code === 'ENOTEMPTY' || code === 'EEXIST') await this.#discard([id]);
      else if (code !== 'ENOENT') throw error;
      return false;
    }
  }

  /** Removes images in the trash for good. @returns those that nobody has put back in the last moment. */
  async #discard(ids: readonly ImageId[]): Promise<RemovedFile[]> {
    const gone: (RemovedFile & { readonly staged: string })[] = [];
    for (const id of ids) {
      const staged = await this.#files.withdraw(this.layout.trashed(id));
      if (staged !== undefined) gone.push({ name: id.hex, bytes: await bytesIn(staged), staged });
    }
    if (gone.length === 0) return [];
    // Or a loss of power could bring an image back without its files.
    for (const directory of [this.layout.images, this.layout.trash, this.#staging.staging]) {
      await this.#files.syncDirectory(directory);
    }
    for (const { staged } of gone) await this.#files.discard(staged);
    return gone.map(({ name, bytes }) => ({ name, bytes }));
  }

  /**
   * Removes received layers that were never made use of.
   *
   * @param before milliseconds since the epoch: what came at that time or later stays.
   */
  async removeReceived(id: ImageId, before: number, { dryRun }: Terms): Promise<RemovedFile[]> {
    const directory = this.layout.image(id);
    const removed: RemovedFile[] = [];
    for (const name of (await orUndefined(readdir(directory))) ?? []) {
      if (!name.startsWith(RECEIVED) && !PASSING.has(name)) continue;
      const path = `${directory}/${name}`;
      const status = await orUndefined(lstat(path));
      if (status === undefined || !status.isFile() || Math.max(status.mtimeMs, status.ctimeMs) >= before)
        continue;
      if (!dryRun) await orUndefined(unlink(path));
      if (name.startsWith(RECEIVED)) removed.push({ name, bytes: freedBytes(status) });
    }
    return removed;
  }
}

async function statusOfImage(directory: string): Promise<Stats | undefined> {
  return (await orUndefined(stat(`${directory}/json`))) ?? orUndefined(stat(directory));
}

function freedBytes(status: Stats): number {
  return status.isFile() && status.nlink === 1 ? status.size : 0;
}

async function bytesIn(directory: string): Promise<number> {
  let bytes = 0;
  for (const name of (await orUndefined(readdir(directory))) ?? []) {
    const status = await orUndefined(lstat(`${directory}/${name}`));
    if (status !== undefined) bytes += freedBytes(status);
  }
  return bytes;
}
