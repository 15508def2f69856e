import { dirname } from 'node:path';
import type { Repository } from '../../model/repository.js';
import type { Terms } from '../upkeep.js';
import { entriesOf } from './directory-entries.js';
import type { DurableFiles } from './durable-files.js';
import type { Layout } from './layout.js';
import { isPresent } from './presence.js';
import { removeEmpty, type Trash } from './trash.js';

/**
 * Removes the directories of a repository that holds nothing any more, from the innermost out. Only empty ones go, so
 * whoever makes use of one at this moment loses nothing, and makes the directory again when it has just gone.
 */
export class Tidying {
  readonly #layout: Layout;
  readonly #files: DurableFiles;
  readonly #trash: Trash;

  constructor(layout: Layout, files: DurableFiles, trash: Trash) {
    this.#layout = layout;
    this.#files = files;
    this.#trash = trash;
  }

  async tidy(repository: Repository, terms: Terms): Promise<void> {
    const directories = this.#layout.repositoryTrees.map((tree) => `${tree}/${repository.name}`);
    let holdsNone = true;
    for (const directory of directories) {
      if (!(await this.#tidyRevisions(`${directory}/_manifests/revisions`))) holdsNone = false;
    }
    for (const directory of directories) {
      await removeEmpty(`${directory}/_uploads`);
      await removeTree(`${directory}/_referrers`, 2);
    }
    if (!holdsNone) return;
    // Tags are pointed at a manifest only after the repository holds it, so an old one leads nowhere.
    await this.#tidyTags(this.#layout.tags(repository), terms);
    for (const directory of directories) await removeTree(`${directory}/_manifests`, 1);
    await this.#tidyLayers(repository, directories);
    for (const [index, directory] of directories.entries()) {
      await this.#removeUpwards(directory, this.#layout.repositoryTrees[index] ?? directory);
    }
  }

  /** @returns whether no manifest is left. */
  async #tidyRevisions(revisions: string): Promise<boolean> {
    let isEmpty = true;
    for await (const algorithm of entriesOf(revisions)) {
      for await (const hex of entriesOf(`${revisions}/${algorithm}`)) {
        if (!(await removeEmpty(`${revisions}/${algorithm}/${hex}`))) isEmpty = false;
      }
      await removeEmpty(`${revisions}/${algorithm}`);
    }
    return isEmpty;
  }

  async #tidyTags(tags: string, terms: Terms): Promise<void> {
    for await (const tag of entriesOf(tags)) {
      await this.#trash.removeIfStale(`${tags}/${tag}/current/link`, terms);
      for await (const algorithm of entriesOf(`${tags}/${tag}/index`)) {
        for await (const hex of entriesOf(`${tags}/${tag}/index/${algorithm}`)) {
          await this.#trash.removeIfStale(`${tags}/${tag}/index/${algorithm}/${hex}/link`, terms);
        }
        await removeEmpty(`${tags}/${tag}/index/${algorithm}`);
      }
      await removeTree(`${tags}/${tag}`, 1);
    }
  }

  async #tidyLayers(repository: Repository, directories: readonly string[]): Promise<void> {
    const isHeld = async (): Promise<boolean> =>
      (await Promise.all(directories.map((directory) => isPresent(`${directory}/_manifests`)))).includes(
        true,
      );
    if (await isHeld()) return;
    // The directory that distribution looks for comes last: it stays for what lies in the other tree.
    for (const directory of directories.toReversed()) {
      if (!(await removeTree(`${directory}/_layers`, 1))) return;
    }
    // A manifest that has come in the meantime needs it.
    if (await isHeld()) await this.#files.keepDirectory(this.#layout.layers(repository));
  }

  async #removeUpwards(directory: string, end: string): Promise<void> {
    for (let next = directory; next !== end; next = dirname(next)) {
      if (!(await removeEmpty(next))) return;
    }
  }
}

/** Removes a directory whose inner ones, down to a depth, are all empty. @returns whether it has gone. */
async function removeTree(directory: string, depth: number): Promise<boolean> {
  if (depth > 0) {
    for await (const name of entriesOf(directory)) await removeTree(`${directory}/${name}`, depth - 1);
  }
  return removeEmpty(directory);
}
