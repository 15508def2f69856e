import { Agent } from 'undici';
import { readBounded } from './bounded-body.js';
import { connectionFailure, RemoteFailure } from './failure.js';

/** A GET whose answer is small, of a server that is asked this once. */
export interface SingleRequest {
  readonly url: URL;
  /** Authorities in PEM, in place of the system's. */
  readonly ca?: string | undefined;
  /** Unix socket to connect to in place of the URL's host. */
  readonly socketPath?: string | undefined;
  /** False: whoever answers is believed. Only for what is judged by something else, such as a fingerprint. */
  readonly verify?: boolean;
  /** Milliseconds for everything. */
  readonly timeout: number;
  /** Bytes of the body at most; what follows is not read. Default: none. */
  readonly limit?: number;
}

/** What came back; no redirect was followed. */
export interface SingleAnswer {
  readonly status: number;
  /** By lower-case name; the first line where there are several. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** Asks. @throws {RemoteFailure} when there is no answer, or when the server cannot be trusted. */
export async function requestOnce(request: SingleRequest): Promise<SingleAnswer> {
  const { url, ca, socketPath, verify = true, timeout, limit = 0 } = request;
  const agent = new Agent({
    pipelining: 0,
    connect: {
      timeout,
      rejectUnauthorized: verify,
      ...(ca === undefined ? {} : { ca }),
      ...(socketPath === undefined ? {} : { socketPath }),
    },
  });
  const signal = AbortSignal.timeout(timeout);
  try {
    const { statusCode, headers, body } = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: 'GET',
      signal,
    });
    const content = limit > 0 ? await readBounded(body, limit, `${url.href}: the answer`) : Buffer.alloc(0);
    body.on('error', () => undefined).destroy();
    const first = Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value[0] : value,
    ]);
    return { status: statusCode, headers: Object.fromEntries(first), body: content };
  } catch (error) {
    if (signal.aborted)
      throw new RemoteFailure('UNREACHABLE', `${url.origin}: no answer within ${timeout / 1000} s`, {
        cause: error,
      });
    throw connectionFailure(url.origin, error);
  } finally {
    await agent.destroy();
  }
}
