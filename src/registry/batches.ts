/** Works on many items, at most `width` at a time, and keeps their order. The first error ends it. */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += width) {
    results.push(...(await Promise.all(items.slice(start, start + width).map(work))));
  }
  return results;
}

/** Gathers what comes into lists of at most `width`. */
export async function* inGroups<Item>(items: AsyncIterable<Item>, width: number): AsyncGenerator<Item[]> {
  let group: Item[] = [];
  for await (const item of items) {
    group.push(item);
    if (group.length < width) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/**
 * Works on items as they come, at most `width` at a time. The first error ends it, when the work that had begun by then
 * has ended.
 */
export async function forEachOf<Item>(
  items: AsyncIterable<Item>,
  width: number,
  work: (item: Item) => Promise<void> | undefined,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failed = false;
  let failure: unknown;
  try {
    for await (const item of items) {
      const begun = work(item);
      if (begun === undefined) continue;
      const ended: Promise<void> = begun
        .catch((error: unknown) => {
          if (!failed) failure = error;
          failed = true;
        })
        .finally(() => running.delete(ended));
      running.add(ended);
      if (running.size >= width) await Promise.race(running);
      if (failed) break;
    }
  } finally {
    await Promise.all(running);
  }
  if (failed) throw failure;
}
