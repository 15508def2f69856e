import { inBatches, inGroups } from '../../batches.js';
import { Repository } from '../../model/repository.js';
import type { Catalog, Listing, Page } from '../contracts.js';
import { CatalogJournal } from './catalog-journal.js';
import type { Layout } from './layout.js';
import { holdsManifests } from './manifest-presence.js';
import { isPresent } from './presence.js';
import { walkRepositories } from './repository-walk.js';
import { SortedNames } from './sorted-names.js';

/** Milliseconds after which the directory is walked again, for the sake of those who keep no journal. */
const TRUSTED = 60_000;

/** A walk takes at most this share of the time. */
const SHARE = 20;

/** Repositories looked at side by side. */
const WIDTH = 32;

/**
 * The repositories by name, in memory. The directory is the truth: it is walked through when the first list is asked
 * for, and again now and then; in between the journal tells where to look, in every process at once.
 */
export class FilesystemCatalog implements Catalog {
  readonly #layout: Layout;
  readonly #journal: CatalogJournal;
  /** What the journal told while the directory was being walked: the walk may have passed there before. */
  readonly #changed = new Set<string>();
  #listed: SortedNames | undefined;
  #walkAgainAt = 0;
  #walking: Promise<void> | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#journal = new CatalogJournal(layout.catalogJournal);
  }

  async has(repository: Repository): Promise<boolean> {
    return (
      (await isPresent(this.#layout.layers(repository))) ||
      (await isPresent(this.#layout.manifests(repository)))
    );
  }

  async list({ after, limit }: Page): Promise<Listing> {
    if (limit === 0) return { names: [], more: false };
    const listed = await this.#current();
    const names = listed.following(after ?? '', limit + 1);
    return { names: names.slice(0, limit), more: names.length > limit };
  }

  /** Learns that a repository may hold its first manifest now, or none any more; to be called when that has happened. */
  async note({ name }: Repository): Promise<void> {
    // Where nothing can be written, nothing has changed.
    await this.#journal.note(name).catch(() => undefined);
  }

  async #current(): Promise<SortedNames> {
    if (this.#listed === undefined) await this.#walkOnce();
    else if (Date.now() >= this.#walkAgainAt) void this.#walkOnce().catch(() => undefined);
    // One after the other, or an older look at a repository could overtake a newer one.
    const following = this.#following.then(() => this.#follow());
    this.#following = following.catch(() => undefined);
    await following;
    return this.#listed ?? new SortedNames();
  }

  #walkOnce(): Promise<void> {
    this.#walking ??= this.#walkThrough().finally(() => {
      this.#walking = undefined;
    });
    return this.#walking;
  }

  async #walkThrough(): Promise<void> {
    const begun = Date.now();
    // What was noted before the first walk, the walk will see.
    if (this.#listed === undefined) await this.#journal.news();
    const found = new Set<string>();
    for await (const group of inGroups(walkRepositories(this.#layout), WIDTH)) await this.#look(group, found);
    while (this.#changed.size > 0) {
      const changed = repositoriesOf(this.#changed);
      this.#changed.clear();
      await this.#look(changed, found);
    }
    this.#listed = new SortedNames(found);
    const ended = Date.now();
    this.#walkAgainAt = ended + Math.max(TRUSTED, (ended - begun) * SHARE);
  }

  async #follow(): Promise<void> {
    const { names, isNew } = await this.#journal.news();
    if (isNew) {
      // One that is under way may have passed before the change that the old journal told.
      await this.#walking;
      await this.#walkOnce();
    }
    if (this.#walking !== undefined) for (const name of names) this.#changed.add(name);
    if (this.#listed !== undefined) await this.#look(repositoriesOf(names), this.#listed);
  }

  /** Looks which repositories hold a manifest, and lists those alone. */
  async #look(repositories: readonly Repository[], list: NameList): Promise<void> {
    const held = await inBatches(repositories, WIDTH, (each) => holdsManifests(this.#layout, each));
    for (const [index, { name }] of repositories.entries()) {
      if (held[index] === true) list.add(name);
      else list.delete(name);
    }
  }
}

interface NameList {
  add(name: string): unknown;
  delete(name: string): unknown;
}

function repositoriesOf(names: Iterable<string>): Repository[] {
  const repositories = [...new Set(names)].map((name) => Repository.read(name));
  return repositories.filter((repository) => repository !== undefined);
}
