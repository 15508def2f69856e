import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CollectionReport, Removal } from './collection-report.js';

/** The parts of a report that grow. */
export interface Tally {
  repositories: number;
  manifests: number;
  unreadable: number;
  readonly removed: Record<Removal['kind'], number>;
  kept: number;
  bytes: number;
}

/** How far a collection has come: enough to go on after the process has died. */
export interface CollectionState {
  readonly began: number;
  readonly cutoff: number;
  readonly untagged: boolean;
  /** Name of the last repository whose marks are on the disk; empty before the first. */
  after: string;
  /** Whether all repositories have been marked. */
  marked: boolean;
  /** Shards swept. */
  shards: number;
  readonly tally: Tally;
}

/** A collection that has ended. */
export interface LastCollection {
  /** Milliseconds since the epoch. */
  readonly finished: number;
  /** Undefined when there has been none since the first look. */
  readonly report?: CollectionReport;
}

/**
 * Milliseconds: an interrupted collection older than this begins anew. Its marks know nothing of what an operator has
 * restored from a backup since, with the times of the backup.
 */
const OUTDATED = 24 * 60 * 60 * 1000;

export function emptyTally(): Tally {
  return {
    repositories: 0,
    manifests: 0,
    unreadable: 0,
    removed: { manifest: 0, blob: 0, referrer: 0, upload: 0, content: 0, leftover: 0, image: 0, layer: 0 },
    kept: 0,
    bytes: 0,
  };
}

/** What collections remember, as files in their workspace. */
export class CollectionMemory {
  readonly #workspace: string;

  constructor(workspace: string) {
    this.#workspace = workspace;
  }

  /** Directory for the marks. */
  get marks(): string {
    return join(this.#workspace, 'marks');
  }

  /**
   * The state of an interrupted collection.
   *
   * @param cutoff what a new collection would leave alone. @returns undefined when there is none to go on with.
   */
  async interrupted(now: number, cutoff: number, untagged: boolean): Promise<CollectionState | undefined> {
    const state = (await readJson(this.#state)) as (CollectionState & { version?: number }) | undefined;
    if (state?.version !== VERSION || state.untagged !== untagged) return undefined;
    return state.cutoff <= cutoff && now - state.began < OUTDATED ? state : undefined;
  }

  /** Whether a collection was interrupted, whatever its options were. */
  async isInterrupted(): Promise<boolean> {
    return (await readJson(this.#state)) !== undefined;
  }

  save(state: CollectionState): Promise<void> {
    return writeJson(this.#state, { version: VERSION, ...state });
  }

  async forget(): Promise<void> {
    await rm(this.#state, { force: true });
  }

  async last(): Promise<LastCollection | undefined> {
    return (await readJson(this.#last)) as LastCollection | undefined;
  }

  async saveLast(last: LastCollection): Promise<void> {
    await mkdir(this.#workspace, { recursive: true });
    await writeJson(this.#last, last);
  }

  get #state(): string {
    return join(this.#workspace, 'state.json');
  }

  get #last(): string {
    return join(this.#workspace, 'last.json');
  }
}

const VERSION = 1;

/** Undefined when the file is not there or damaged. We alone write it, so its shape is what we wrote. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const next = `${path}.next`;
  const file = await open(next, 'w');
  try {
    await file.writeFile(`${JSON.stringify(value)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
}
