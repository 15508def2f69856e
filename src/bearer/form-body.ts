import type { Readable } from 'node:stream';
import type { Exchange } from '../exchange/exchange.js';
import { TokenRefusal } from './token-refusal.js';

/** Bytes that a form may have, and that all forms under way may have together: whoever sends slowly keeps them in memory. */
const LONGEST = 65_536;
const TOGETHER = 16 * 1_048_576;
const TYPE = /^application\/x-www-form-urlencoded\s*(?:;|$)/i;

let together = 0;

/** Reads the form of a POST. @throws {TokenRefusal} when it is none, or longer than 64 KiB. */
export async function readForm(exchange: Exchange): Promise<string> {
  if (!TYPE.test(exchange.headers['content-type'] ?? ''))
    throw new TokenRefusal(400, 'invalid_request', 'a POST has a form: application/x-www-form-urlencoded');
  if (Number(exchange.headers['content-length'] ?? 0) > LONGEST) throw tooLong();
  const chunks: Buffer[] = [];
  const taken = { bytes: 0 };
  try {
    await collect(exchange.body, chunks, taken);
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    together -= taken.bytes;
  }
}

async function collect(body: Readable, chunks: Buffer[], taken: { bytes: number }): Promise<void> {
  for await (const chunk of body as AsyncIterable<Buffer>) {
    taken.bytes += chunk.length;
    together += chunk.length;
    if (taken.bytes > LONGEST) throw tooLong();
    if (together > TOGETHER)
      throw new TokenRefusal(
        503,
        'temporarily_unavailable',
        'too many logins are under way; try again in a moment',
        {
          'retry-after': 1,
        },
      );
    // Copied, since a piece of one byte would keep the whole buffer it is a part of.
    chunks.push(Buffer.from(chunk));
  }
}

function tooLong(): TokenRefusal {
  return new TokenRefusal(413, 'invalid_request', `a form has no more than ${LONGEST} bytes`);
}
