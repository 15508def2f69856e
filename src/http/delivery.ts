import type { ServerResponse } from 'node:http';
import type { Failure } from '../exchange/failure.js';
import type { Reply, ReplyBody } from '../exchange/reply.js';
import { BytesReader, isLong } from './bytes-reader.js';
import type { Connection } from './connection.js';
import { FileReader } from './file-reader.js';
import type { Incoming } from './incoming.js';
import { API_VERSION, failureReply, isDistributionPath } from './recovery.js';
import { StreamReader } from './stream-reader.js';

/** Bytes that may wait for a client before its source is asked to pause. */
const QUEUE_LIMIT = 65_536;

/** Bytes of a body up to which joining it with the head costs less than a second buffer to write. */
const ONE_WRITE = 16_384;

/** How an exchange ended, as the access log tells it. */
export type Outcome = 'complete' | 'client gone' | 'upstream failed' | 'refused' | 'timed out' | 'failed';

/** Where the bytes of a reply come from while it is under way. */
export interface Source {
  /** The client has taken what was waiting; go on. */
  resume(): void;
  /** The exchange is over before its time: stop, and release everything. Called at most once. */
  abandon(): void;
}

/**
 * Writes one reply: nothing else touches the response. Keeps at most one write under way, because every write then
 * is one buffer, which TLS encrypts in place instead of joining it with others in a copy.
 */
export class Delivery {
  readonly id: string;
  readonly request: Incoming;
  readonly response: ServerResponse;
  readonly connection: Connection;
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  /** Set while a reply is streamed. */
  source: Source | undefined;
  /** Called once when the reply is over. */
  release: (() => void) | undefined;
  outcome: Outcome | undefined;
  status = 0;
  /** Bytes of the body handed to the client's connection. */
  sent = 0;
  /** Bytes of the body that the connection has taken. */
  flushed = 0;
  /** Milliseconds from passing the request on to the first byte of the answer; undefined without an upstream. */
  upstreamMilliseconds: number | undefined;
  user: string | undefined;
  /** The client's address, as far as it can be trusted. */
  address: string;
  /** The target's path; undefined while, or because, the target could not be parsed. */
  path: string | undefined;
  /** The reply is over, one way or the other; the request's body may still be arriving. */
  closed = false;
  /** The client has asked whether to send its body (RFC 9110 §10.1.1), and has no answer yet. */
  awaitsContinue = false;
  /** The request was looked at; with pipelining it may have to wait for its turn. */
  started = false;
  /** Close the connection after this reply. */
  closeAfter = false;
  /** The reply does not say that the OCI Distribution API is here. */
  hidesDistribution = false;
  #headers: string[] | undefined;
  #expected: number | undefined;
  #held: Buffer | undefined;
  #queue: Buffer[] = [];
  #queued = 0;
  #busy = false;
  #ended = false;
  #full = false;
  #onFlushed: (() => void) | undefined;

  /** @param id identifies the exchange in the logs @param startedAt of the monotonic clock */
  constructor(
    id: string,
    request: Incoming,
    response: ServerResponse,
    connection: Connection,
    startedAt: number,
  ) {
    this.id = id;
    this.request = request;
    this.response = response;
    this.connection = connection;
    this.address = connection.address;
    this.startedAt = startedAt;
    // A connection that breaks under a write says so on the response as well, where nobody needs to hear it.
    response.on('error', ignore);
  }

  /** Whether a status has been chosen; after that only the body can follow. */
  get begun(): boolean {
    return this.status !== 0;
  }

  /** Whether nothing more can be said to the client. */
  get isOver(): boolean {
    return this.closed || this.#ended;
  }

  /** Whether bytes wait for the client to take them. */
  get waitsForClient(): boolean {
    return this.#busy || (this.#ended && !this.response.writableFinished);
  }

  /**
   * Starts the reply. Nothing leaves before the first bytes of the body or the end, so that a small reply is one write.
   *
   * @param headers names and values in turn
   * @param length of the body in bytes, when known
   */
  begin(status: number, headers: string[], length: number | undefined): void {
    if (this.isOver) return;
    if (
      this.path !== undefined &&
      !this.hidesDistribution &&
      isDistributionPath(this.path) &&
      !headers.includes(API_VERSION[0])
    ) {
      headers.push(...API_VERSION);
    }
    this.status = status;
    this.#headers = headers;
    this.#expected = length;
  }

  /** Sends bytes of the body. False asks the source to pause until {@link Source.resume}. */
  write(chunk: Buffer): boolean {
    if (this.isOver) return true;
    this.sent += chunk.length;
    if (this.#headers !== undefined) {
      this.#writeHead();
      if (chunk.length === this.#expected) {
        this.#held = chunk;
        return true;
      }
    }
    if (this.#busy) {
      this.#queue.push(chunk);
      this.#queued += chunk.length;
      if (this.#queued < QUEUE_LIMIT) return true;
      this.#full = true;
      return false;
    }
    this.#send(chunk);
    return true;
  }

  /**
   * Ends the reply; what waits is sent first.
   *
   * @param trailers of the body, by name; only a chunked reply can carry them
   */
  end(trailers?: Record<string, string>): void {
    if (this.isOver) return;
    if (trailers !== undefined && this.#expected === undefined) this.response.addTrailers(trailers);
    this.source = undefined;
    if (this.#headers !== undefined) this.#writeHead();
    this.#ended = true;
    if (this.#busy) return;
    if (this.#held === undefined) {
      this.response.end();
    } else {
      this.flushed = this.sent;
      // As one text, head and body are one write; in latin1 every byte is itself.
      if (this.#held.length <= ONE_WRITE) this.response.end(this.#held.toString('latin1'), 'latin1');
      else this.response.end(this.#held);
      this.#held = undefined;
    }
  }

  /** Cuts the connection, so that the client cannot take what it has for the whole. */
  cut(outcome: Outcome): void {
    this.outcome ??= outcome;
    // In HTTP/1.0 the end of the connection may be the end of the body: only a reset tells that there was more to come.
    if (this.request.httpVersionMinor === 0) this.connection.transport?.resetAndDestroy();
    this.response.destroy();
    this.request.socket.destroy();
  }

  /** Tells a client that waits for it to send its body. */
  goOn(): void {
    if (!this.awaitsContinue) return;
    this.awaitsContinue = false;
    this.response.writeContinue();
  }

  /** Tells the client of a failure; when part of a reply has left already, cuts the connection instead. */
  fail(failure: Failure, outcome: Outcome): void {
    if (this.isOver) return;
    const { source } = this;
    this.source = undefined;
    source?.abandon();
    if (this.response.headersSent) {
      this.cut(outcome);
      return;
    }
    this.outcome ??= outcome;
    if (failure.close) this.closeAfter = true;
    this.send(failureReply(failure, this.path, this.request.headers.accept));
  }

  /** Delivers a whole reply, or lets go of it when it comes too late. */
  send(reply: Reply): void {
    if (this.isOver) {
      discardBody(reply.body);
      return;
    }
    const headers: string[] = [];
    for (const name in reply.headers) {
      const value = reply.headers[name];
      if (typeof value === 'object') for (const line of value) headers.push(name, line);
      else if (value !== undefined) headers.push(name, String(value));
    }
    const length = reply.headers['content-length'];
    this.begin(reply.status, headers, length === undefined ? undefined : Number(length));
    this.#sendBody(reply.body);
  }

  #sendBody(body: ReplyBody | undefined): void {
    const bodiless = this.request.method === 'HEAD' || this.status === 204 || this.status === 304;
    if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
      const bytes = body === undefined || bodiless ? undefined : toBuffer(body);
      if (bytes !== undefined && isLong(bytes)) {
        this.source = new BytesReader(bytes, this);
        return;
      }
      if (bytes !== undefined && bytes.length > 0) this.write(bytes);
      this.end();
    } else if ('file' in body) {
      if (bodiless) this.#sendNothing(body);
      else this.source = new FileReader(body, this);
    } else if (bodiless) {
      this.#sendNothing(body);
    } else {
      this.source = new StreamReader(body, this);
    }
  }

  #sendNothing(body: ReplyBody): void {
    discardBody(body);
    this.end();
  }

  #writeHead(): void {
    const headers = this.#headers;
    this.#headers = undefined;
    if (this.closeAfter) headers?.push('connection', 'close');
    // Node would close, not knowing whether the body will come. It must, or the client closes: the length binds both.
    else if (this.awaitsContinue) headers?.push('connection', 'keep-alive');
    this.response.writeHead(this.status, headers);
  }

  #send(chunk: Buffer): void {
    this.#busy = true;
    this.#onFlushed ??= () => this.#next();
    this.response.write(chunk, this.#onFlushed);
  }

  #next(): void {
    this.flushed = this.sent - this.#queued;
    this.#busy = false;
    const chunk = this.#queue.shift();
    if (chunk !== undefined) {
      this.#queued -= chunk.length;
      this.#send(chunk);
    } else if (this.#ended) {
      this.response.end();
      return;
    }
    if (this.#full && this.#queued < QUEUE_LIMIT / 2) {
      this.#full = false;
      this.source?.resume();
    }
  }
}

function toBuffer(body: string | Uint8Array): Buffer {
  return typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

function discardBody(body: ReplyBody | undefined): void {
  if (typeof body !== 'object') return;
  if ('file' in body) body.file.close().catch(ignore);
  else if ('destroy' in body) body.destroy();
}

function ignore(): void {}
