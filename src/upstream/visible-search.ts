import type { Rights } from '../exchange/rights.js';
import type { Call } from '../http/call.js';
import type { Collected } from './collected.js';
import { type AskUpstream, notUnderstood, objectIn, type VisibleList } from './list.js';

/** Results that the upstream is asked for at a time, and pages that are read. */
const AT_A_TIME = 100;
const PAGES = 20;

/** Results on a page, as docker's own index had it. */
const DEFAULT_SIZE = 25;

/**
 * What an upstream's v1 API finds, without what may not be pulled. The pages are made anew, so that the totals count what
 * may be seen alone. Fields of the results are the upstream's.
 */
export async function visibleSearch(
  { target }: Call,
  rights: Rights,
  ask: AskUpstream,
): Promise<VisibleList> {
  const query = new URLSearchParams(target.query);
  const text = query.get('q') ?? '';
  const found: object[] = [];
  for (let page = 1; page <= PAGES; page += 1) {
    const asked = new URLSearchParams({ q: text, n: String(AT_A_TIME), page: String(page) });
    const reply = await ask(`/v1/search?${asked}`);
    if (reply === undefined) break;
    if (reply.status !== 200) {
      if (page === 1) return { refusal: reply };
      throw notUnderstood();
    }
    const { results, pages } = readPage(reply);
    found.push(...results.filter((result) => isVisible(rights, result)));
    if (page >= pages || results.length === 0) break;
  }
  const size = numberIn(query.get('n'), DEFAULT_SIZE, AT_A_TIME);
  const page = numberIn(query.get('page'), 1, 1_000_000);
  const body = JSON.stringify({
    query: text,
    num_results: found.length,
    num_pages: Math.ceil(found.length / size),
    page,
    page_size: size,
    results: found.slice((page - 1) * size, page * size),
  });
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    body,
  };
}

function readPage(reply: Collected): { results: readonly object[]; pages: number } {
  const list = objectIn(reply);
  const results = list?.['results'];
  if (!Array.isArray(results)) throw notUnderstood();
  const pages = list?.['num_pages'];
  return {
    results: results.filter((result) => typeof result === 'object' && result !== null),
    pages: typeof pages === 'number' ? pages : 1,
  };
}

/** `x` and `library/x` are the same repository in the v1 API: both have to be open. */
function isVisible(rights: Rights, result: object): boolean {
  const { name } = result as { name?: unknown };
  if (typeof name !== 'string' || name === '') return false;
  const short = name.startsWith('library/') ? name.slice('library/'.length) : name;
  return short.includes('/')
    ? rights.may('pull', name)
    : rights.may('pull', short) && rights.may('pull', `library/${short}`);
}

function numberIn(text: string | null, otherwise: number, most: number): number {
  const number = /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
  return number === 0 ? otherwise : Math.min(number, most);
}
