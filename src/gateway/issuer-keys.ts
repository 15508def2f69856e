import { readFile, stat } from 'node:fs/promises';
import { readBounded } from '../remote/bounded-body.js';
import { Transport } from '../remote/transport.js';

/** Bytes that the keys of an issuer may have, and milliseconds that reading them may take. */
const LONGEST = 1_048_576;
const LONGEST_TIME = 10_000;

/** Whether the keys of an issuer are fetched. */
export function isUrl(source: string): boolean {
  return /^https?:\/\//i.test(source);
}

/** Reads the keys of another issuer from a URL or a file, in bounded size and time. No redirect is followed. */
export function issuerKeyReader(source: string): () => Promise<string> {
  return isUrl(source) ? () => fetchText(new URL(source)) : () => readText(source);
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > LONGEST) throw new Error(`${path} is longer than ${LONGEST} bytes`);
  return readFile(path, 'utf8');
}

async function fetchText(url: URL): Promise<string> {
  const signal = AbortSignal.timeout(LONGEST_TIME);
  const transport = new Transport({ origin: url, signal });
  try {
    const answer = await transport.send(url, { method: 'GET', headers: { accept: 'application/json' } });
    const body = await readBounded(answer.body, LONGEST, `the answer of ${url.origin}`);
    if (answer.statusCode !== 200) throw new Error(`${url.origin} answered with ${answer.statusCode}`);
    return body.toString('utf8');
  } finally {
    await transport.close();
  }
}
