import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { locationOf, sha256 } from '../../harness/registry-client.js';
import type { Below } from '../../harness/seeded-random.js';
import type { Account, Door } from './account.js';

/** An upload that was left between two requests. */
interface Session {
  readonly repository: string;
  readonly location: string;
  readonly content: Buffer;
  /** Bytes that the server has acknowledged. */
  readonly offset: number;
}

/** Uploads of one client, in every form that the protocol has. */
export class Uploads {
  readonly #account: Account;
  readonly #below: Below;
  #sessions: Session[] = [];

  constructor(account: Account, below: Below) {
    this.#account = account;
    this.#below = below;
  }

  #content(): Buffer {
    const size = this.#below(8) === 0 ? 200_000 + this.#below(500_000) : this.#below(20_000);
    return randomBytes(size);
  }

  /** Uploads a blob in a form chosen at random. @returns its digest. */
  async push(door: Door, repository: string, content = this.#content()): Promise<string> {
    const { client } = door;
    const digest = sha256(content);
    this.#account.ledger.sizes.set(digest, content.length);
    const change = this.#account.change('blob', repository, digest, digest);
    switch (this.#below(3)) {
      case 0:
        await this.#account.must(door, [change], 201, 'a blob in one request', () =>
          client.pushBlob(repository, content),
        );
        break;
      case 1: {
        const location = await this.#begin(door, repository);
        await this.#account.must(door, [change], 201, 'a blob in two requests', () =>
          client.endUpload(location, digest, content),
        );
        break;
      }
      default: {
        const middle = this.#below(content.length + 1);
        const location = await this.#chunk(door, await this.#begin(door, repository), content, 0, middle);
        await this.#account.must(door, [change], 201, 'a blob in chunks', () =>
          client.endUpload(location, digest, content.subarray(middle)),
        );
      }
    }
    return digest;
  }

  async #begin(door: Door, repository: string): Promise<string> {
    const path = `/v2/${repository}/blobs/uploads/`;
    return locationOf(
      await this.#account.must(door, [], 202, 'an upload begins', () => door.client.send('POST', path)),
    );
  }

  async #chunk(door: Door, location: string, content: Buffer, start: number, end: number): Promise<string> {
    if (start === end) return location;
    const reply = await this.#account.must(door, [], 202, 'a chunk', () =>
      door.client.sendChunk(location, content.subarray(start, end), start),
    );
    assert.equal(reply.headers['range'], `0-${end - 1}`);
    return locationOf(reply);
  }

  /** Begins an upload and leaves it. */
  async leave(door: Door, repository: string): Promise<void> {
    const content = this.#content();
    const begun = await this.#begin(door, repository);
    const offset = this.#below(content.length + 1);
    const location = await this.#chunk(door, begun, content, 0, offset);
    this.#sessions.push({ repository, location, content, offset });
  }

  /** Goes on with an upload of this server or one before it, from where that one has said that it was. */
  async resume(door: Door): Promise<void> {
    const session = this.#sessions.shift();
    if (session === undefined) return;
    const { repository, location, content, offset } = session;
    const digest = sha256(content);
    this.#account.ledger.sizes.set(digest, content.length);
    if (offset > 0) {
      const status = await this.#account.must(door, [], 204, 'an upload is there', () =>
        door.client.send('GET', location),
      );
      assert.equal(status.headers['range'], `0-${offset - 1}`, 'the upload has what was acknowledged');
    }
    await this.#account.must(
      door,
      [this.#account.change('blob', repository, digest, digest)],
      201,
      'an upload goes on',
      () => door.client.endUpload(location, digest, content.subarray(offset)),
    );
  }
}
