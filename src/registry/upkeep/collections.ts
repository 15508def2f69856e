import type { Stores } from '../store/contracts.js';
import { collect } from './collection.js';
import {
  type CollectionOptions,
  type CollectionProgress,
  type CollectionReport,
  CollectionRunning,
} from './collection-report.js';
import { CollectionMemory } from './collection-state.js';

/** What a collection goes by, unless whoever starts it says otherwise. */
export interface CollectionTerms {
  /** Milliseconds. */
  readonly grace: number;
  readonly untagged: boolean;
  readonly dryRun: boolean;
}

/** What is collected in. */
export interface CollectionsOptions {
  readonly store: Stores;
  /** As {@link CollectionOptions.workspace}. */
  readonly workspace: string;
  readonly terms: CollectionTerms;
  /** Milliseconds. */
  readonly uploadTimeout: number;
  readonly listener?: CollectionListener;
  /** As {@link CollectionOptions.also}. */
  readonly also?: CollectionOptions['also'];
}

/** Is told what collections do. */
export interface CollectionListener {
  started(terms: CollectionTerms): void;
  ended(report: CollectionReport): void;
  /** Not called for a collection that is stopped. */
  failed(error: unknown): void;
}

/** What can be seen of collections. */
export interface CollectionsState {
  /** Whether one is under way in this process. */
  readonly running: boolean;
  /** How far it has come. */
  readonly progress: CollectionProgress | undefined;
  /** What the one that ended last has done, in whatever process; or the last dry run in this one. */
  readonly report: CollectionReport | undefined;
  /** Why the last one in this process has failed; undefined when it has not. */
  readonly failure: string | undefined;
}

/** The collections of a running registry, one at a time. */
export class Collections {
  readonly terms: CollectionTerms;
  readonly #options: CollectionsOptions;
  readonly #memory: CollectionMemory;
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #progress: CollectionProgress | undefined;
  #dryRun: CollectionReport | undefined;
  #failure: string | undefined;

  constructor(options: CollectionsOptions) {
    this.terms = options.terms;
    this.#options = options;
    this.#memory = new CollectionMemory(options.workspace);
  }

  /**
   * Starts a collection. Resolves when it is under way; the listener is told of its end.
   *
   * @throws {CollectionRunning} @throws the system's error when there is no place to write to.
   */
  start(terms: CollectionTerms): Promise<void> {
    if (this.#running !== undefined) return Promise.reject(new CollectionRunning());
    return new Promise((resolve, reject) => {
      this.#running = this.#run(terms, resolve, reject).finally(() => {
        this.#running = undefined;
        this.#progress = undefined;
      });
    });
  }

  async state(): Promise<CollectionsState> {
    // Looked at first: one that ends while its report is read has to count as running, or the report of the one before
    // would be taken for its own.
    const running = this.#running !== undefined;
    const progress = this.#progress;
    const last = await this.#memory.last();
    return {
      running,
      progress,
      report: this.#dryRun ?? last?.report,
      failure: this.#failure,
    };
  }

  /** Waits until none is under way in this process. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Interrupts the one that is under way and starts no more. The next process goes on with it. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(terms: CollectionTerms, resolve: () => void, reject: (reason: unknown) => void): Promise<void> {
    const { store, workspace, uploadTimeout, listener, also } = this.#options;
    const { signal } = this.#stopped;
    let isUnderWay = false;
    try {
      const report = await collect({
        store,
        workspace,
        uploadTimeout,
        also,
        ...terms,
        signal,
        onStart: () => {
          isUnderWay = true;
          this.#failure = undefined;
          this.#dryRun = undefined;
          listener?.started(terms);
          resolve();
        },
        onProgress: (progress) => {
          this.#progress = progress;
        },
      });
      if (terms.dryRun) this.#dryRun = report;
      listener?.ended(report);
    } catch (error) {
      if (!isUnderWay) {
        reject(error);
      } else if (!signal.aborted) {
        this.#failure = error instanceof Error ? error.message : String(error);
        listener?.failed(error);
      }
    }
  }
}
