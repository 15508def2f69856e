import type { Handler } from '../exchange/exchange.js';
import { Failure } from '../exchange/failure.js';
import type { Reply } from '../exchange/reply.js';
import { read } from '../tls/directory.js';
import { parseAuthority } from './authority.js';

/** Milliseconds for which the file is not looked at again: strangers ask, as often as they like. */
const FRESH = 1000;

interface Document {
  readonly pem: string;
  readonly tag: string;
}

/**
 * Answers `/ca.crt`: the certificate of dockgate's own authority, for whoever is to trust it. Of the file only that
 * certificate leaves, whatever else somebody has put into it.
 *
 * @param file asked at each look; undefined when the certificates are the operator's own
 * @param now milliseconds since 1970
 */
export function authorityHandler(file: () => string | undefined, now: () => number = Date.now): Handler {
  let known: Promise<Document | undefined> | undefined;
  let until = 0;
  return async ({ method, headers }) => {
    if (method !== 'GET' && method !== 'HEAD')
      throw new Failure(405, 'UNSUPPORTED', 'the certificate of the authority can only be read', {
        headers: { allow: 'GET, HEAD' },
      });
    const moment = now();
    // A clock that was put back must not keep an old file for long.
    if (known === undefined || moment >= until || until - moment > FRESH) {
      known = documentOf(file(), moment);
      until = moment + FRESH;
    }
    const document = await known;
    return document === undefined ? missing(method) : reply(document, headers['if-none-match']);
  };
}

function reply({ pem, tag }: Document, condition: string | undefined): Reply {
  const headers = { etag: tag, 'cache-control': 'public, max-age=300' };
  const tags = condition?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (tags?.some((each) => each === tag || each === '*') === true) return { status: 304, headers };
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': 'application/x-pem-file',
      'content-length': Buffer.byteLength(pem),
    },
    body: pem,
  };
}

function missing(method: string): Reply {
  const body = JSON.stringify({ error: 'this gateway has no authority of its own' });
  return {
    status: 404,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
    },
    ...(method === 'HEAD' ? {} : { body }),
  };
}

/** undefined when there is none, or none that could be trusted: why has been logged by whoever needs it to sign. */
async function documentOf(file: string | undefined, now: number): Promise<Document | undefined> {
  if (file === undefined) return undefined;
  try {
    const { pem, fingerprint } = parseAuthority(certificateAlone(await read(file)), file, now);
    return { pem, tag: `"${fingerprint.replaceAll(':', '').toLowerCase()}"` };
  } catch {
    return undefined;
  }
}

/** The first certificate of a file: an authority may stand with those above it, and its key must never leave. */
function certificateAlone(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  const [first = ''] = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(text) ?? [];
  return Buffer.from(first, 'latin1');
}
