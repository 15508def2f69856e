import { Repository } from '../model/repository.js';
import { V1Repository } from '../model/v1/v1-repository.js';
import type { Catalog } from '../store/contracts.js';

/** Names asked for at a time. */
const PAGE = 1000;

/** Which of the repositories of the v2 API are wanted; of these the v1 names come in the order of the v2 names. */
type Part = (repository: Repository) => boolean;

/** `x`, which is `library/x` in the v1 API, comes in another order than names with a namespace. */
const PARTS: readonly Part[] = [({ name }) => !name.includes('/'), ({ name }) => name.includes('/')];

/** The repositories of the v2 API that the v1 API can express, as lists that are each in the order of their v1 names. */
export function catalogLists(catalog: Catalog): AsyncIterable<V1Repository>[] {
  return PARTS.map((part) => listOf(catalog, part));
}

async function* listOf(catalog: Catalog, part: Part): AsyncGenerator<V1Repository> {
  for (let after: string | undefined; ; ) {
    const { names, more } = await catalog.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const name of names) {
      const repository = Repository.read(name);
      const expressed =
        repository !== undefined && part(repository) ? V1Repository.of(repository) : undefined;
      if (expressed !== undefined) yield expressed;
    }
    after = names.at(-1);
    if (!more || after === undefined) return;
  }
}

/** Joins lists that are each in the order of their names, without repetition. */
export async function* merged(lists: readonly AsyncIterable<V1Repository>[]): AsyncGenerator<V1Repository> {
  const iterators = lists.map((list) => list[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(iterators.map((each) => each.next()));
    for (;;) {
      const open = heads.filter(({ done }) => done !== true).map(({ value }) => value as V1Repository);
      const first = open.reduce<V1Repository | undefined>(
        (least, each) => (least === undefined || `${each}` < `${least}` ? each : least),
        undefined,
      );
      if (first === undefined) return;
      yield first;
      for (const [index, head] of heads.entries()) {
        const iterator = iterators[index];
        if (head.done === true || iterator === undefined || `${head.value}` !== `${first}`) continue;
        heads[index] = await iterator.next();
      }
    }
  } finally {
    await Promise.all(iterators.map((each) => each.return?.()));
  }
}
