import { createHash } from 'node:crypto';
import { type EventEmitter, once } from 'node:events';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import { AUTHORIZATION } from '../harness/gateway.js';
import type { Serving } from '../harness/served.js';

/** Bytes of the layers that are pushed and pulled here: 2 GiB. */
const SIZE = 2 * 1024 ** 3;
/** sha256 of so many zeros. */
const ZEROS = 'a7c744c13cc101ed66c29f672f92455547889cc586ce6d44fe76ae824958ea51';
/** sha256 of so many bytes of value 1. */
const ONES = '2ae6847ba41dfe8bf3eef0589576473d44b3092ae627a5e2386e450317c4bcdb';
/** A layer that is pulled, and the hash of one as large that is pushed. */
export interface Layer {
  /** Bytes. */
  readonly size: number;
  readonly hash: string;
  readonly ones?: string;
}

/** 2 GiB, whose hashes would take a while. */
export const GREAT: Layer = { size: SIZE, hash: ZEROS, ones: ONES };

const BLOCK = Buffer.alloc(1024 ** 2, 1);

/** Where a client is to ask, and how it knows whom it asks. */
export type Place = Pick<Serving, 'port' | 'ca'>;

/** Puts zeros, by default 2 GiB, into a repository, in a file without blocks on the disk. */
export function placeZeros(directory: string, repository: string, { size, hash }: Layer = GREAT): void {
  const root = join(directory, 'data', 'docker', 'registry', 'v2');
  const blob = join(root, 'blobs', 'sha256', hash.slice(0, 2), hash, 'data');
  const link = join(root, 'repositories', repository, '_layers', 'sha256', hash, 'link');
  for (const path of [blob, link]) mkdirSync(dirname(path), { recursive: true });
  writeFileSync(blob, '');
  truncateSync(blob, size);
  writeFileSync(link, `sha256:${hash}`);
}

/** Sends one request and reads its reply. */
export async function ask(
  place: Place,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<IncomingMessage> {
  const sent = begin(place, method, path, headers);
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response;
}

/** A pull that reads no further than it is told to. */
export class SlowPull {
  readonly #response: IncomingMessage;
  readonly #hash = createHash('sha256');
  readonly #size: number;
  #received = 0;

  private constructor(response: IncomingMessage, size: number) {
    this.#response = response;
    this.#size = size;
  }

  static async start(place: Place, repository: string, { size, hash }: Layer = GREAT): Promise<SlowPull> {
    const sent = begin(place, 'GET', `/v2/${repository}/blobs/sha256:${hash}`);
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    if (response.statusCode !== 200) throw new Error(`the pull got ${response.statusCode}`);
    response.pause();
    return new SlowPull(response, size);
  }

  /** Reads until so many bytes have come; rejects when the connection breaks. */
  async upTo(bytes: number): Promise<void> {
    while (this.#received < bytes) {
      const chunk = this.#response.read() as Buffer | null;
      if (chunk === null) {
        if (this.#response.destroyed) throw new Error(`the pull ended at byte ${this.#received}`);
        await either(this.#response, 'readable', 'close');
        continue;
      }
      this.#received += chunk.length;
      this.#hash.update(chunk);
    }
  }

  /** Leaves in the middle. */
  abandon(): void {
    this.#response.on('error', () => {}).destroy();
  }

  /** Reads the rest. @returns sha256 of everything */
  async finish(): Promise<string> {
    await this.upTo(this.#size);
    return this.#hash.digest('hex');
  }
}

/** A push in one chunked PATCH that sends no further than it is told to. */
export class SlowPush {
  /** Of the upload. */
  readonly path: string;
  readonly #place: Place;
  readonly #size: number;
  readonly #request: ClientRequest;
  readonly #response: Promise<[IncomingMessage]>;
  #sent = 0;
  #isAnswered = false;

  private constructor(place: Place, path: string, size: number) {
    this.#place = place;
    this.#size = size;
    this.path = path;
    this.#request = begin(place, 'PATCH', path);
    this.#response = once(this.#request, 'response') as Promise<[IncomingMessage]>;
    this.#response.then(
      () => {
        this.#isAnswered = true;
      },
      () => {},
    );
  }

  /** @param size bytes in all, each of value 1 */
  static async start(place: Place, repository: string, size = SIZE): Promise<SlowPush> {
    const { headers } = await ask(place, 'POST', `/v2/${repository}/blobs/uploads/`);
    return new SlowPush(place, pathOf(headers.location), size);
  }

  async upTo(bytes: number): Promise<void> {
    while (this.#sent < bytes) {
      const block = BLOCK.subarray(0, Math.min(BLOCK.length, bytes - this.#sent));
      this.#sent += block.length;
      if (!this.#request.write(block)) await either(this.#request, 'drain', 'response');
      if (this.#isAnswered) throw new Error('an answer came in the middle of the push');
    }
  }

  /** Leaves in the middle. */
  abandon(): void {
    this.#request.on('error', () => {}).destroy();
  }

  /** Sends the rest, and closes the upload. @param hash sha256 of everything @returns the status of the last reply */
  async finish(hash = ONES): Promise<number | undefined> {
    await this.upTo(this.#size);
    this.#request.end();
    const [patched] = await this.#response;
    patched.resume();
    if (patched.statusCode !== 202) return patched.statusCode;
    const separator = pathOf(patched.headers.location).includes('?') ? '&' : '?';
    const path = `${pathOf(patched.headers.location)}${separator}digest=sha256:${hash}`;
    return (await ask(this.#place, 'PUT', path)).statusCode;
  }
}

/** Waits for the first of two events, or an error, and leaves nothing behind. */
function either(emitter: EventEmitter, one: string, other: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      emitter.off(one, onEvent).off(other, onEvent).off('error', settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    const onEvent = (): void => settle();
    emitter.on(one, onEvent).on(other, onEvent).on('error', settle);
  });
}

function begin(
  { port, ca }: Place,
  method: string,
  path: string,
  headers: Record<string, string> = {},
): ClientRequest {
  return request({
    ...{ host: 'localhost', port, ca, method, path },
    agent: false,
    headers: { authorization: AUTHORIZATION, ...headers },
  });
}

function pathOf(location = ''): string {
  return location.replace(/^https?:\/\/[^/]+/, '');
}
