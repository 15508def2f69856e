import { isIP } from 'node:net';
import { setTimeout as later } from 'node:timers';
import { HtpasswdFileError, readContent, replaceFile, withLock, writeTarget } from '../htpasswd/index.js';
import type { RobotProblem } from './problem.js';
import { isRobotId } from './secret.js';

/** When and from where a robot was last seen. */
export interface LastUse {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** IP address; undefined when it is not known. */
  readonly from: string | undefined;
}

export interface LastUsesOptions {
  /** Whether a robot is still there: of others nothing is kept. */
  readonly isKnown: (id: string) => boolean;
  /** Called once when notes cannot be kept, and once more after they could be again. */
  readonly onProblem?: ((problem: RobotProblem) => void) | undefined;
  /** Milliseconds between two writes. Default: a minute. */
  readonly interval?: number;
}

const INTERVAL = 60_000;

/** Where the notes of a file of robots are kept. */
export function usesPath(path: string): string {
  return `${path}.used`;
}

/**
 * Keeps in mind when each robot was last seen, and writes it beside the file of robots: at most once a minute, all of it
 * in one step. Not a part of that file, which may be read-only and under version control. Notes are a convenience: that
 * they cannot be written harms nobody.
 */
export class LastUses {
  readonly #path: string;
  readonly #options: LastUsesOptions;
  readonly #fresh = new Map<string, LastUse>();
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #written = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  #hasFailed = false;

  /** @param path of the file of robots */
  constructor(path: string, options: LastUsesOptions) {
    this.#path = usesPath(path);
    this.#options = options;
  }

  /** @param at milliseconds since 1970 */
  note(id: string, at: number, from: string | undefined): void {
    if (this.#isClosed) return;
    this.#fresh.set(id, { at, from });
    this.#schedule();
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#writing;
    if (this.#fresh.size > 0) await this.#write();
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#writing !== undefined || this.#isClosed) return;
    const { interval = INTERVAL } = this.#options;
    const wait = Math.min(interval, Math.max(0, this.#written + interval - performance.now()));
    this.#timer = later(() => {
      this.#timer = undefined;
      this.#writing = this.#write().finally(() => {
        this.#writing = undefined;
        if (this.#fresh.size > 0) this.#schedule();
      });
    }, wait);
    this.#timer.unref();
  }

  async #write(): Promise<void> {
    this.#written = performance.now();
    const fresh = new Map(this.#fresh);
    try {
      const target = await writeTarget(this.#path);
      await withLock(target, async (confirm) => {
        const all = await readUses(target);
        // Another gateway may have seen a robot since.
        for (const [id, use] of fresh) if (use.at >= (all.get(id)?.at ?? 0)) all.set(id, use);
        const kept = [...all].filter(([id]) => this.#options.isKnown(id));
        await confirm();
        await replaceFile(
          target,
          Buffer.from(`${JSON.stringify(Object.fromEntries(kept.map(written)), null, 1)}\n`),
        );
      });
      for (const [id, use] of fresh) if (this.#fresh.get(id) === use) this.#fresh.delete(id);
      this.#hasFailed = false;
    } catch (error) {
      this.#tell(error);
    }
  }

  #tell(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const message = `it cannot be noted when robots were last seen: ${code}; tokens work as before`;
    this.#options.onProblem?.({ file: this.#path, line: undefined, message });
  }
}

/**
 * Reads the notes. What cannot be read is as if it had not been noted.
 *
 * @param path of the notes, see {@link usesPath}
 */
export async function readUses(path: string): Promise<Map<string, LastUse>> {
  const uses = new Map<string, LastUse>();
  for (const [id, use] of Object.entries(await readObject(path))) {
    if (!isRobotId(id) || typeof use !== 'object' || use === null || !('at' in use)) continue;
    const at = Date.parse(String(use.at));
    const from = 'from' in use && typeof use.from === 'string' && isIP(use.from) > 0 ? use.from : undefined;
    if (!Number.isNaN(at)) uses.set(id, { at, from });
  }
  return uses;
}

async function readObject(path: string): Promise<object> {
  try {
    const value: unknown = JSON.parse((await readContent(path)).bytes.toString());
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof HtpasswdFileError) return {};
    throw error;
  }
}

function written([id, { at, from }]: [string, LastUse]): [string, object] {
  return [id, { at: new Date(at).toISOString(), from }];
}
