interface Joined<Value> {
  /** Covers what was there before it began. */
  readonly running: Promise<Value>;
  /** Covers what is there when the running one has ended. */
  next: Promise<Value> | undefined;
}

/**
 * Lets all who want the same work done share it, whoever they are: for each thing at most one work is under way and one
 * is waiting, and everybody gets the result of a work that began after they had asked.
 */
export class JoinedWork<Value> {
  readonly #joined = new Map<string, Joined<Value>>();

  /** @param key the thing. @param work is done for it; only the first who ask have theirs done. */
  join(key: string, work: () => Promise<Value>): Promise<Value> {
    const joined = this.#joined.get(key);
    if (joined === undefined) return this.#run(key, work);
    const after = (): Promise<Value> => this.#run(key, work);
    joined.next ??= joined.running.then(after, after);
    return joined.next;
  }

  #run(key: string, work: () => Promise<Value>): Promise<Value> {
    const running = work();
    const joined: Joined<Value> = { running, next: undefined };
    this.#joined.set(key, joined);
    const ended = (): void => {
      if (joined.next === undefined) this.#joined.delete(key);
    };
    running.then(ended, ended);
    return running;
  }
}
