import type { Catalog, Listing, Page } from '../store/contracts.js';

/** Names that are taken from the store at a time: between two groups others have their turn. */
const GROUP = 1000;

/** Names that one request looks at. Where more of them in a row may not be seen, the list ends. */
const LOOKED = 200_000;

/**
 * A page of those names that may be seen. It is as full as one of all names would be, and nothing in it tells of the
 * others: it is said to go on only where a name follows that may be seen, or where it is too far to look.
 */
export async function visibleNames(
  catalog: Pick<Catalog, 'list'>,
  { after, limit }: Page,
  isVisible: (name: string) => boolean,
): Promise<Listing> {
  const names: string[] = [];
  if (limit === 0) return { names, more: false };
  let position = after;
  for (let looked = 0; looked < LOOKED; looked += GROUP) {
    const page = { limit: GROUP, ...(position === undefined ? {} : { after: position }) };
    const group = await catalog.list(page);
    for (const name of group.names) {
      if (!isVisible(name)) continue;
      if (names.length === limit) return { names, more: true };
      names.push(name);
    }
    position = group.names.at(-1);
    if (!group.more || position === undefined) return { names, more: false };
  }
  return { names, more: names.length > 0 };
}
