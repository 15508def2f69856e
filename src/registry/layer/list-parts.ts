import { setImmediate as nextTurn } from 'node:timers/promises';

/** Items of a part: a few milliseconds of work. */
const PART = 4096;

/** A long list in parts, between which others get the processor. */
export async function* partsOf<Item>(
  list: readonly Item[],
): AsyncGenerator<readonly Item[], void, undefined> {
  for (let at = 0; at < list.length; at += PART) {
    if (at > 0) await nextTurn();
    yield list.slice(at, at + PART);
  }
}

/** Sorts texts by their UTF-16 code units, without keeping others from the processor for long. */
export async function sortedInParts(texts: readonly string[]): Promise<readonly string[]> {
  let runs: (readonly string[])[] = [];
  for await (const part of partsOf(texts)) runs.push([...part].sort());
  while (runs.length > 1) {
    const longer: (readonly string[])[] = [];
    for (let index = 0; index < runs.length; index += 2) {
      longer.push(await merged(runs[index] ?? [], runs[index + 1] ?? []));
    }
    runs = longer;
  }
  return runs[0] ?? [];
}

async function merged(one: readonly string[], other: readonly string[]): Promise<readonly string[]> {
  if (other.length === 0) return one;
  const all: string[] = [];
  for (let left = 0, right = 0; left < one.length || right < other.length; ) {
    const next = one[left];
    const rival = other[right];
    if (rival === undefined || (next !== undefined && next <= rival)) {
      all.push(next ?? '');
      left += 1;
    } else {
      all.push(rival);
      right += 1;
    }
    if (all.length % PART === 0) await nextTurn();
  }
  return all;
}
