import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestSecurely } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Sends one request, over http or https as the URL says. No certificate is checked.
 *
 * @throws when the answer is not a success
 */
export async function ask(
  method: string,
  url: string,
  headers: Record<string, string | number>,
  body: Readable = Readable.from([]),
): Promise<IncomingMessage> {
  const outgoing = url.startsWith('https:')
    ? requestSecurely(url, { method, headers, rejectUnauthorized: false })
    : requestPlain(url, { method, headers });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
  });
  await pipeline(body, outgoing);
  const answer = await answered;
  answer.resume();
  const { statusCode: status = 0 } = answer;
  if (status < 200 || status > 299) throw new Error(`${method} ${url} was answered with ${status}`);
  return answer;
}

/** Where an answer says that an upload goes on, with the digest that ends it. */
export function closingUrl(location: string | undefined, origin: string, digest: string): string {
  const upload = new URL(location ?? '', origin);
  upload.searchParams.set('digest', digest);
  return upload.href;
}
