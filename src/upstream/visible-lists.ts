import { Failure } from '../exchange/failure.js';
import type { Rights } from '../exchange/rights.js';
import type { Call } from '../http/call.js';
import { type Collected, collect, ReplyTooLong } from './collected.js';
import { codeOf, distrusted, upstreamFailure } from './failure.js';
import { replyFields, requestFields, tracedFields } from './headers.js';
import { type AskUpstream, notUnderstood, type VisibleList } from './list.js';
import { tokenAuthorization } from './token-reply.js';
import type { Upstream } from './upstream.js';
import { visibleCatalog } from './visible-catalog.js';
import { visibleSearch } from './visible-search.js';

/** Lists that are put together at a time: each keeps some megabytes while it is. */
const AT_ONCE = 8;

/** Bytes of replies of the upstream that one list is made of, and requests to get them. */
const BYTES = 16 * 1024 * 1024;
const REQUESTS = 100;

type Maker = (call: Call, rights: Rights, ask: AskUpstream) => Promise<VisibleList>;

/** Fields of the client's request that are about a reply which is not the upstream's as it stands. */
const NOT_ASKED = new Set([
  'accept-encoding',
  'content-length',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'range',
]);

/** Answers for the upstream where it lists repositories to somebody who may not see all of them. */
export class VisibleLists {
  readonly #upstream: Upstream;
  #running = 0;

  constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  /** @returns false when the call asks for no such list, or for one that may be seen as it is. */
  answer(call: Call): boolean {
    const { rights, delivery } = call;
    const { method } = delivery.request;
    if (rights === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
    const make = makerFor(call.target.path);
    if (make === undefined) return false;
    if (this.#running >= AT_ONCE) {
      const message = 'too many lists are being put together; try again in a moment';
      delivery.fail(new Failure(503, 'UNAVAILABLE', message, { headers: { 'retry-after': 1 } }), 'refused');
      return true;
    }
    this.#running += 1;
    void this.#answer(call, rights, make).finally(() => {
      this.#running -= 1;
    });
    return true;
  }

  async #answer(call: Call, rights: Rights, make: Maker): Promise<void> {
    const { delivery } = call;
    const stop = new AbortController();
    delivery.source = {
      resume: () => undefined,
      abandon: () => stop.abort(new Error('the client has gone')),
    };
    try {
      const list = await make(call, rights, await this.#asking(call, stop.signal));
      delivery.source = undefined;
      if ('refusal' in list) this.#refuse(call, list.refusal);
      else delivery.send(list);
    } catch (error) {
      if (!stop.signal.aborted) this.#fail(call, error);
    }
  }

  async #asking(call: Call, signal: AbortSignal): Promise<AskUpstream> {
    const { head, client, delivery, upstreamToken } = call;
    const { authorize, passAuthorization } = this.#upstream;
    const authorization =
      upstreamToken === undefined ? await authorize?.(call) : tokenAuthorization(upstreamToken);
    const fields = requestFields(head.fields, head.connection, client, passAuthorization, authorization);
    let headers = fields.flatMap((name, index) =>
      index % 2 === 1 || NOT_ASKED.has(name) ? [] : [name, fields[index + 1] as string],
    );
    if (delivery.span !== undefined) headers = tracedFields(headers, delivery.span);
    headers.push('accept-encoding', 'identity');
    if (head.host === undefined) headers.push('host', client.host);
    let bytes = BYTES;
    let requests = REQUESTS;
    return async (path) => {
      if (requests === 0 || bytes === 0) return undefined;
      requests -= 1;
      const reply = await collect(this.#upstream, { path, headers, limit: bytes, signal });
      bytes -= reply.body.length;
      return reply;
    };
  }

  #refuse({ delivery, upstreamToken }: Call, { status, headers, body }: Collected): void {
    if (status === 401 && this.#upstream.authorize !== undefined && upstreamToken === undefined) {
      this.#upstream.tellDistrust(delivery.id);
      delivery.fail(distrusted(), 'upstream failed');
      return;
    }
    // A list that is none at all is not shown: nobody knows what it says.
    if (status < 400) {
      delivery.fail(notUnderstood(), 'upstream failed');
      return;
    }
    // Its length is told to HEAD as well.
    const { 'content-length': _, ...others } = headers;
    const fields = replyFields(others, delivery.user === undefined);
    delivery.begin(status, [...fields, 'content-length', String(body.length)], body.length);
    if (delivery.request.method !== 'HEAD' && body.length > 0) delivery.write(body);
    delivery.end();
  }

  #fail({ delivery }: Call, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#upstream.logger.warn({ id: delivery.id, code: codeOf(error), reason }, 'the upstream failed');
    const failure =
      error instanceof Failure
        ? error
        : error instanceof ReplyTooLong
          ? notUnderstood()
          : upstreamFailure(error);
    delivery.fail(failure, 'upstream failed');
  }
}

function makerFor(path: string): Maker | undefined {
  if (path === '/v2/_catalog') return visibleCatalog;
  return /^\/v1\/search\/?$/.test(decoded(path)) ? visibleSearch : undefined;
}

/** The target's parser leaves nothing encoded that could make two segments of one. */
function decoded(path: string): string {
  try {
    return path.includes('%') ? decodeURIComponent(path) : path;
  } catch {
    return path;
  }
}
