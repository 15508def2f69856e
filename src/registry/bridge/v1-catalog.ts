import { V1Repository } from '../model/v1/v1-repository.js';
import type { CatalogJournal } from '../store/filesystem/catalog-journal.js';
import { SortedNames } from '../store/filesystem/sorted-names.js';
import type { V1RepositoryStore } from '../store/v1-contracts.js';

/** Milliseconds after which the directory is walked again, for the sake of those who keep no journal. */
const TRUSTED = 1_000;

/** A walk takes at most this share of the time. */
const SHARE = 50;

/** Milliseconds that somebody who asks may wait for a walk after the first. */
const SHORT = 50;

/**
 * The names under which v1 repositories are seen in the v2 API, in memory. The directory is the truth: it is walked
 * through when the first list is asked for and again now and then; in between a journal tells where to look, in every
 * process.
 */
export class V1Catalog {
  readonly #repositories: V1RepositoryStore;
  readonly #journal: CatalogJournal;
  #listed: SortedNames | undefined;
  #took = 0;
  #walkAgainAt = 0;
  #walking: Promise<void> | undefined;
  #following: Promise<void> = Promise.resolve();

  constructor(repositories: V1RepositoryStore, journal: CatalogJournal) {
    this.#repositories = repositories;
    this.#journal = journal;
  }

  /** Learns that a repository may have come or gone; to be called when that has happened. */
  async note(repository: V1Repository): Promise<void> {
    // Where nothing can be written, nothing has changed.
    await this.#journal.note(repository.toString()).catch(() => undefined);
  }

  /** The names after one, up to a number of names. */
  async following(after: string, count: number): Promise<string[]> {
    if (this.#listed === undefined) {
      // What was noted before the first walk, the walk will see.
      await this.#journal.news();
      await this.#walkOnce();
    } else if (performance.now() >= this.#walkAgainAt) {
      const walk = this.#walkOnce();
      if (this.#took < SHORT) await walk;
      else walk.catch(() => undefined);
    }
    const following = this.#following.then(() => this.#follow());
    this.#following = following.catch(() => undefined);
    await following;
    return (this.#listed ?? new SortedNames()).following(after, count);
  }

  #walkOnce(): Promise<void> {
    this.#walking ??= this.#walk().finally(() => {
      this.#walking = undefined;
    });
    return this.#walking;
  }

  async #walk(): Promise<void> {
    const begun = performance.now();
    const names = new Set<string>();
    for await (const { successor } of this.#repositories.list()) {
      if (successor !== undefined) names.add(successor.name);
    }
    if (this.#listed === undefined) this.#listed = new SortedNames(names);
    else this.#listed.become(names);
    this.#took = performance.now() - begun;
    this.#walkAgainAt = performance.now() + Math.max(TRUSTED, this.#took * SHARE);
  }

  async #follow(): Promise<void> {
    const { names, isNew } = await this.#journal.news();
    // A walk that is under way may have passed before what is told.
    if ((isNew || names.length > 0) && this.#walking !== undefined) await this.#walking;
    if (isNew) await this.#walkOnce();
    for (const name of new Set(names)) {
      const repository = V1Repository.readPath(name);
      const successor = repository?.successor?.name;
      if (repository === undefined || successor === undefined) continue;
      if (await this.#repositories.has(repository)) this.#listed?.add(successor);
      else this.#listed?.delete(successor);
    }
  }
}
