import { RemoteFailure } from './failure.js';

const NEXT = /<([^<>]*)>[^,<>]*;[ \t]*rel="?next"?[ \t]*(?:[;,]|$)/i;

/**
 * Where a list goes on (RFC 8288 §3): on the same host, whatever scheme a proxy in between has written into it.
 *
 * @throws {RemoteFailure} when the link leads to another host, or back to where it comes from.
 */
export function nextPage(link: string | undefined, from: URL): URL | undefined {
  const target = link === undefined ? undefined : NEXT.exec(link)?.[1];
  if (target === undefined) return undefined;
  const url = URL.canParse(target, from.href) ? new URL(target, from) : undefined;
  // A link with another scheme names the usual port of that scheme, so the names are what can be compared.
  if (url === undefined || (url.origin !== from.origin && url.hostname !== from.hostname)) {
    throw new RemoteFailure(
      'UNEXPECTED',
      `${from.origin}: a list goes on at another host, which was not followed`,
    );
  }
  const next = new URL(`${url.pathname}${url.search}`, from.origin);
  if (next.href === from.href) {
    throw new RemoteFailure('UNEXPECTED', `${from.origin}: a page of a list leads to itself`);
  }
  return next;
}
