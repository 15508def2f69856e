import type { Rights } from '../exchange/rights.js';
import type { Call } from '../http/call.js';
import type { Collected } from './collected.js';
import { type AskUpstream, notUnderstood, objectIn, type VisibleList } from './list.js';

/** Names in one reply, and names that the upstream is asked for at a time. */
const LONGEST = 1000;

/**
 * The repositories of an upstream that may be pulled, in pages as full as the upstream's would be. `Link` leads on from a
 * name that may be seen, and only where another follows, or where it is too far to look.
 *
 * The upstream is expected to go on after any name given as `last`, as distribution does.
 */
export async function visibleCatalog(
  { target }: Call,
  rights: Rights,
  ask: AskUpstream,
): Promise<VisibleList> {
  const query = new URLSearchParams(target.query);
  const wanted = query.get('n') ?? '';
  const isPlain = wanted === '' || /^[1-9]\d{0,8}$/.test(wanted);
  const limit = isPlain && wanted !== '' ? Math.min(Number(wanted), LONGEST) : LONGEST;
  const names: string[] = [];
  let next: string | undefined = isPlain ? firstPath(query.get('last') ?? '') : target.raw;
  for (let isFirst = true; next !== undefined; isFirst = false) {
    let reply = await ask(next);
    // Some give fewer names at a time than they are asked for, and some refuse.
    if (isFirst && reply?.status === 400 && next !== target.raw) reply = await ask(target.raw);
    if (reply === undefined) return listReply(target.path, names, limit, names.length > 0);
    if (reply.status !== 200) {
      if (isFirst) return { refusal: reply };
      throw notUnderstood();
    }
    for (const name of namesIn(reply)) {
      if (!rights.may('pull', name)) continue;
      if (names.length === limit) return listReply(target.path, names, limit, true);
      names.push(name);
    }
    next = nextIn(reply, target.path);
  }
  return listReply(target.path, names, limit, false);
}

function firstPath(last: string): string {
  const query = new URLSearchParams({ n: String(LONGEST), ...(last === '' ? {} : { last }) });
  return `/v2/_catalog?${query}`;
}

function namesIn(reply: Collected): readonly string[] {
  const list = objectIn(reply)?.['repositories'];
  // No repositories at all are `null` to some.
  if (list === null) return [];
  if (!Array.isArray(list)) throw notUnderstood();
  return list.filter((name) => typeof name === 'string');
}

/** The query of the next page (RFC 8288 §3). Only the query is the upstream's to choose. */
function nextIn({ headers }: Collected, path: string): string | undefined {
  const link = /^<[^<>?]*\?([!-;=?-~]*)>\s*;\s*rel="?next"?/i.exec(String(headers['link'] ?? ''));
  return link === null ? undefined : `${path}?${link[1]}`;
}

function listReply(path: string, names: readonly string[], limit: number, more: boolean): VisibleList {
  const body = JSON.stringify({ repositories: names });
  const last = more ? names.at(-1) : undefined;
  const next = last === undefined ? undefined : new URLSearchParams({ last, n: String(limit) });
  return {
    status: 200,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      ...(next === undefined ? {} : { link: `<${path}?${next}>; rel="next"` }),
    },
    body,
  };
}
