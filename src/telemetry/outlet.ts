import { Client } from 'undici';

/** What a server outside answered. */
export interface OutletReply {
  readonly status: number;
  /** Milliseconds after which it wants to be asked again (RFC 9110 §10.2.3); undefined when it says nothing of that. */
  readonly retryAfter: number | undefined;
  /** The beginning of the body. */
  readonly body: string;
}

/** Milliseconds that a whole request may take, with the connection that it needs. */
const PATIENCE = 10_000;
/** Bytes of a reply that are kept; the rest is read and dropped, up to a limit of undici's own. */
const LONGEST_REPLY = 8_192;

/**
 * The way out to one server that is told what goes on here. One connection, one request at a time, every wait bounded.
 * It follows no redirections, so that what it sends cannot be led elsewhere, and knows nothing of proxies.
 */
export class Outlet {
  readonly #client: Client;
  readonly #path: string;

  /** @param endpoint URL; what is posted goes to paths below it */
  constructor(endpoint: string) {
    const { origin, pathname } = new URL(endpoint);
    this.#path = pathname.replace(/\/+$/, '');
    this.#client = new Client(origin, {
      pipelining: 1,
      headersTimeout: PATIENCE,
      bodyTimeout: PATIENCE,
      connect: { timeout: PATIENCE },
    });
  }

  /**
   * @param path added to that of the endpoint
   * @throws when no answer came, in time
   */
  async post(path: string, headers: Record<string, string>, body: Uint8Array | string): Promise<OutletReply> {
    const reply = await this.#client.request({
      method: 'POST',
      path: `${this.#path}${path}` || '/',
      headers,
      body,
      signal: AbortSignal.timeout(PATIENCE),
    });
    const after = reply.headers['retry-after'];
    return {
      status: reply.statusCode,
      retryAfter: typeof after === 'string' ? milliseconds(after) : undefined,
      body: await beginningOf(reply.body),
    };
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await this.#client.destroy();
  }
}

/** Why a request had no answer, in few words that hold nothing of what was sent. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no answer';
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { code } = error as NodeJS.ErrnoException;
  return code ?? error.name;
}

function milliseconds(retryAfter: string): number | undefined {
  const value = /^\d{1,6}$/.test(retryAfter)
    ? Number(retryAfter) * 1_000
    : Date.parse(retryAfter) - Date.now();
  return Number.isFinite(value) ? Math.max(0, value) : undefined;
}

async function beginningOf(body: AsyncIterable<Buffer>): Promise<string> {
  const kept: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    kept.push(chunk);
    length += chunk.length;
    if (length > LONGEST_REPLY) break;
  }
  return Buffer.concat(kept).toString('utf8', 0, LONGEST_REPLY);
}
