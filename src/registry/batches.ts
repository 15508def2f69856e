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
