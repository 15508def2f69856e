import type { CollectionOptions, CollectionReport, Removal } from './collection-report.js';
import { type CollectionMemory, type CollectionState, emptyTally } from './collection-state.js';
import { markRepository, type Tools } from './marking.js';
import { Marks, SHARDS } from './marks.js';
import { sweepShard } from './sweeping.js';

/** Milliseconds of work that may have to be done again after a crash. */
const CHECKPOINT = 30_000;

/** One collection, from its beginning or from where it was interrupted. */
export class CollectionRun {
  readonly #options: CollectionOptions;
  readonly #memory: CollectionMemory;
  readonly #state: CollectionState;
  readonly #marks: Marks;
  readonly #tools: Tools;
  readonly #now: () => number;
  readonly #resumed: boolean;
  #saved = performance.now();

  private constructor(
    options: CollectionOptions,
    memory: CollectionMemory,
    state: CollectionState,
    marks: Marks,
    resumed: boolean,
    mayRemove: () => boolean,
  ) {
    const { store, dryRun, untagged, signal, uploadTimeout } = options;
    const { began, cutoff, tally } = state;
    this.#options = options;
    this.#memory = memory;
    this.#state = state;
    this.#marks = marks;
    this.#now = options.now ?? Date.now;
    this.#resumed = resumed;
    this.#tools = {
      upkeep: store.upkeep,
      disposal: store.upkeep.disposal({ cutoff, began, dryRun, mayRemove }),
      marks,
      tally,
      untagged,
      cutoff,
      uploadsBefore: began - uploadTimeout,
      tell: (removal) => this.#tell(removal),
      goOn: () => signal?.throwIfAborted(),
    };
  }

  /** Looks whether there is something to go on with, and makes a place for the marks. */
  static async open(
    options: CollectionOptions,
    memory: CollectionMemory,
    mayRemove: () => boolean,
  ): Promise<CollectionRun> {
    const { dryRun, grace, untagged } = options;
    const began = (options.now ?? Date.now)();
    const cutoff = began - grace;
    const marks = new Marks(dryRun ? `${memory.marks}-of-dry-run` : memory.marks);
    if (!dryRun) {
      const state = await memory.interrupted(began, cutoff, untagged);
      const isThere = state !== undefined && (await marks.resume());
      if (isThere) return new CollectionRun(options, memory, state, marks, true, mayRemove);
      await memory.forget();
    }
    await marks.begin();
    const tally = emptyTally();
    const state = { began, cutoff, untagged, after: '', marked: false, shards: 0, tally };
    return new CollectionRun(options, memory, state, marks, false, mayRemove);
  }

  /** Does all that is left to do. */
  async finish(): Promise<CollectionReport> {
    if (!this.#state.marked) await this.#mark();
    await this.#sweep();
    const { upkeep, tell } = this.#tools;
    for await (const { name, bytes } of upkeep.removeLeftovers(this.#options)) {
      tell({ kind: 'leftover', name, bytes });
    }
    const { dryRun, untagged } = this.#options;
    if (!dryRun) await this.#memory.forget();
    await this.#marks.remove();
    const { began, cutoff, tally } = this.#state;
    const finished = this.#now();
    return { dryRun, untagged, resumed: this.#resumed, started: began, finished, cutoff, ...tally };
  }

  /** Remembers how far it has come. A dry run leaves nothing behind. */
  async interrupt(): Promise<void> {
    if (this.#options.dryRun) await this.#marks.remove();
    else await this.#save();
  }

  async #mark(): Promise<void> {
    const { upkeep, goOn, tally } = this.#tools;
    for await (const repository of upkeep.holdings.repositories(this.#state.after)) {
      goOn();
      await markRepository(repository, this.#tools);
      tally.repositories += 1;
      this.#state.after = repository.name;
      this.#progress('marking');
      await this.#saveNowAndThen();
    }
    await this.#marks.sync();
    this.#state.marked = true;
    await this.#save();
  }

  async #sweep(): Promise<void> {
    while (this.#state.shards < SHARDS) {
      this.#tools.goOn();
      await sweepShard(this.#state.shards, this.#tools);
      this.#state.shards += 1;
      this.#progress('sweeping');
      await this.#saveNowAndThen();
    }
  }

  async #saveNowAndThen(): Promise<void> {
    if (performance.now() - this.#saved >= CHECKPOINT) await this.#save();
  }

  async #save(): Promise<void> {
    if (this.#options.dryRun) return;
    if (!this.#state.marked) await this.#marks.sync();
    await this.#memory.save(this.#state);
    this.#saved = performance.now();
  }

  #tell(removal: Removal): void {
    const { tally } = this.#tools;
    tally.removed[removal.kind] += 1;
    tally.bytes += removal.bytes;
    this.#options.onRemoval?.(removal);
  }

  #progress(phase: 'marking' | 'sweeping'): void {
    const { repositories, bytes } = this.#state.tally;
    this.#options.onProgress?.({ phase, repositories, shards: this.#state.shards, bytes });
  }
}
