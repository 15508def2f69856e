import type { Failure } from '../exchange/failure.js';
import type { Reply, ReplyBody } from '../exchange/reply.js';
import { BytesReader, isLong } from './bytes-reader.js';
import { FileReader } from './file-reader.js';
import { API_VERSION, failureReply, isDistributionPath } from './recovery.js';
import { addSecurity } from './security-headers.js';
import { StreamReader } from './stream-reader.js';
import { type Outcome, Transaction } from './transaction.js';

/** Bytes that may wait for a client before its source is asked to pause. */
const QUEUE_LIMIT = 65_536;

/** Bytes of a body up to which joining it with the head costs less than a second buffer to write. */
const ONE_WRITE = 16_384;

/**
 * Writes one reply: nothing else touches the response. Keeps at most one write under way, because every write then
 * is one buffer, which TLS encrypts in place instead of joining it with others in a copy.
 */
export class Delivery extends Transaction {
  #headers: string[] | undefined;
  #expected: number | undefined;
  #held: Buffer | undefined;
  #queue: Buffer[] = [];
  #queued = 0;
  #busy = false;
  #ended = false;
  #full = false;
  #onFlushed: (() => void) | undefined;

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
    addSecurity(headers, this.security);
    if (this.cors !== undefined) this.cors.addTo(headers, this.request.rawHeaders);
    if (this.operation !== undefined) this.digest = fieldOf(headers, 'docker-content-digest');
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

/** @param headers names in lower case and values in turn. */
function fieldOf(headers: readonly string[], name: string): string | undefined {
  const index = headers.indexOf(name);
  return index === -1 ? undefined : headers[index + 1];
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
