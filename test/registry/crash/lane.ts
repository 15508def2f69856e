import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { locationOf, type RegistryClient, sha256, type WholeReply } from '../../harness/registry-client.js';
import type { Below } from '../../harness/seeded-random.js';
import { IMAGE, imageOf, indexOf } from './image.js';
import { type Change, type Fact, type Kind, type Ledger, Request } from './ledger.js';

/** The server has ended in the middle of a request, as it was meant to. */
export class ServerGone extends Error {}

/** A request has failed on a disk that was meant to fail. */
class StepFailed extends Error {}

/** What a lane needs of the server it pushes to. */
export interface Door {
  readonly client: RegistryClient;
  /** Called with every request that is sent and every reply that has come. */
  moved(): void;
  /** Whether the server has been killed. */
  readonly isKilled: boolean;
  /** Judges a failure of the server, where its disk may fail; throws when it is not a good one. */
  readonly judge?: (failure: WholeReply | Error) => void;
}

/** An upload that was left between two requests. */
interface Session {
  readonly repository: string;
  readonly location: string;
  readonly content: Buffer;
  /** Bytes that the server has acknowledged. */
  readonly offset: number;
}

/** The repository where all lanes push the same layers and move the same tags. */
export const SHARED = 'shared/hub';

const SHARED_LAYERS = Array.from({ length: 12 }, (_, index) =>
  Buffer.alloc(3000 + index * 900, `layer ${index}`),
);

/** One client that pushes, moves and deletes at random, one request after the other, and keeps account. */
export class Lane {
  /** Facts changed since the last call of {@link settle}. */
  readonly touched = new Set<Fact>();
  readonly repository: string;
  readonly #copy: string;
  readonly #ledger: Ledger;
  readonly #below: Below;
  readonly #steps: readonly ((door: Door) => Promise<unknown>)[] = [
    (to) => this.#pushBlob(to),
    (to) => this.#pushBlob(to),
    (to) => this.#mount(to),
    (to) => this.#pushImage(to),
    (to) => this.#pushImage(to),
    (to) => this.#pushImage(to),
    (to) => this.#pushIndex(to),
    (to) => this.#pushReferrer(to),
    (to) => this.#moveTag(to),
    (to) => this.#shareLayer(to),
    (to) => this.#shareTag(to),
    (to) => this.#removeBlob(to),
    (to) => this.#removeTag(to),
    (to) => this.#removeManifest(to),
    (to) => this.#leaveSession(to),
    (to) => this.#resumeSession(to),
  ];
  #sessions: Session[] = [];
  #lost: Request[] = [];
  #count = 0;

  constructor(name: string, ledger: Ledger, below: Below) {
    this.repository = `${name}/app`;
    this.#copy = `${name}/copy`;
    this.#ledger = ledger;
    this.#below = below;
  }

  /** Works until the server is gone. */
  async work(door: Door): Promise<void> {
    try {
      for (;;) await this.#any(this.#steps)?.(door);
    } catch (error) {
      if (!(error instanceof ServerGone)) throw error;
    }
  }

  /** Takes a number of steps on a server that may fail but lives. */
  async walk(door: Door, count: number): Promise<void> {
    for (let step = 0; step < count; step += 1) {
      try {
        await this.#any(this.#steps)?.(door);
      } catch (error) {
        if (!(error instanceof StepFailed)) throw error;
      }
    }
  }

  /** The server is dead: what it did not answer can no longer happen, if it has not. */
  buryLost(): void {
    for (const request of this.#lost) request.lost();
    this.#lost = [];
  }

  #any<Value>(values: readonly Value[]): Value | undefined {
    return values.length === 0 ? undefined : values[this.#below(values.length)];
  }

  #content(): Buffer {
    const size = this.#below(8) === 0 ? 200_000 + this.#below(500_000) : this.#below(20_000);
    return randomBytes(size);
  }

  #change(kind: Kind, repository: string, name: string, value: string | undefined): Change {
    return { fact: this.#ledger.fact(kind, repository, name), value };
  }

  /** Sends a request, and tells the ledger what became of its changes. */
  async #send(
    door: Door,
    changes: readonly Change[],
    expected: readonly number[],
    send: () => Promise<WholeReply>,
  ): Promise<WholeReply> {
    const request = new Request(changes);
    for (const fact of request.facts) this.touched.add(fact);
    let reply: WholeReply;
    try {
      const answer = send();
      door.moved();
      reply = await answer;
    } catch (error) {
      this.#lost.push(request);
      if (door.isKilled) throw new ServerGone();
      if (door.judge === undefined || !(error instanceof Error)) throw error;
      door.judge(error);
      throw new StepFailed();
    }
    // A lock that could not be removed keeps an upload busy until its lease is over.
    const isBusy = reply.status === 416 && reply.headers['retry-after'] !== undefined;
    if (isBusy && door.judge !== undefined) {
      request.refused();
      throw new StepFailed();
    }
    if (reply.status >= 500 && door.judge !== undefined) {
      this.#lost.push(request);
      door.judge(reply);
      throw new StepFailed();
    }
    if (expected.includes(reply.status)) request.acknowledged();
    else request.refused();
    door.moved();
    return reply;
  }

  async #must(
    door: Door,
    changes: readonly Change[],
    status: number,
    what: string,
    send: () => Promise<WholeReply>,
  ): Promise<WholeReply> {
    const reply = await this.#send(door, changes, [status], send);
    assert.equal(reply.status, status, `${what}: ${reply.status} ${reply.body.toString()}`);
    return reply;
  }

  async #pushBlob(door: Door, repository = this.repository, content = this.#content()): Promise<string> {
    const { client } = door;
    const digest = sha256(content);
    this.#ledger.sizes.set(digest, content.length);
    const change = this.#change('blob', repository, digest, digest);
    switch (this.#below(3)) {
      case 0:
        await this.#must(door, [change], 201, 'a blob in one request', () =>
          client.pushBlob(repository, content),
        );
        break;
      case 1: {
        const location = await this.#begin(door, repository);
        await this.#must(door, [change], 201, 'a blob in two requests', () =>
          client.endUpload(location, digest, content),
        );
        break;
      }
      default: {
        const middle = this.#below(content.length + 1);
        const location = await this.#chunk(door, await this.#begin(door, repository), content, 0, middle);
        await this.#must(door, [change], 201, 'a blob in chunks', () =>
          client.endUpload(location, digest, content.subarray(middle)),
        );
      }
    }
    return digest;
  }

  async #begin(door: Door, repository: string): Promise<string> {
    const path = `/v2/${repository}/blobs/uploads/`;
    return locationOf(
      await this.#must(door, [], 202, 'an upload begins', () => door.client.send('POST', path)),
    );
  }

  async #chunk(door: Door, location: string, content: Buffer, start: number, end: number): Promise<string> {
    if (start === end) return location;
    const reply = await this.#must(door, [], 202, 'a chunk', () =>
      door.client.sendChunk(location, content.subarray(start, end), start),
    );
    assert.equal(reply.headers['range'], `0-${end - 1}`);
    return locationOf(reply);
  }

  async #leaveSession(door: Door): Promise<void> {
    const content = this.#content();
    const begun = await this.#begin(door, this.repository);
    const offset = this.#below(content.length + 1);
    const location = await this.#chunk(door, begun, content, 0, offset);
    this.#sessions.push({ repository: this.repository, location, content, offset });
  }

  /** Goes on with an upload of this server or one before it, from where that one has said that it was. */
  async #resumeSession(door: Door): Promise<void> {
    const session = this.#sessions.shift();
    if (session === undefined) return;
    const { repository, location, content, offset } = session;
    const digest = sha256(content);
    this.#ledger.sizes.set(digest, content.length);
    if (offset > 0) {
      const status = await this.#must(door, [], 204, 'an upload is there', () =>
        door.client.send('GET', location),
      );
      assert.equal(status.headers['range'], `0-${offset - 1}`, 'the upload has what was acknowledged');
    }
    await this.#must(door, [this.#change('blob', repository, digest, digest)], 201, 'an upload goes on', () =>
      door.client.endUpload(location, digest, content.subarray(offset)),
    );
  }

  async #mount(door: Door): Promise<void> {
    const from = this.#any(this.#ledger.present('blob', this.repository).slice(-20));
    if (from === undefined) return;
    await this.#must(door, [this.#change('blob', this.#copy, from.name, from.name)], 201, 'a mount', () =>
      door.client.mount(this.#copy, from.name, this.repository),
    );
  }

  async #putManifest(
    door: Door,
    repository: string,
    text: string,
    named: readonly string[],
    tag: string | undefined,
  ): Promise<{ digest: string; reply: WholeReply }> {
    const digest = sha256(text);
    this.#ledger.sizes.set(digest, Buffer.byteLength(text));
    this.#ledger.named.set(digest, named);
    const changes = [this.#change('manifest', repository, digest, digest)];
    if (tag !== undefined) changes.push(this.#change('tag', repository, tag, digest));
    const reply = await this.#must(door, changes, 201, 'a manifest', () =>
      door.client.putManifest(repository, tag ?? digest, text),
    );
    return { digest, reply };
  }

  #name(): string {
    this.#count += 1;
    return `n${this.#count}`;
  }

  async #pushImage(door: Door, more: object = {}): Promise<{ digest: string; reply: WholeReply }> {
    const blobs = [await this.#pushBlob(door)];
    if (this.#below(2) === 0) blobs.push(await this.#pushBlob(door));
    const old = this.#any(this.#ledger.present('blob', this.repository).slice(-20));
    if (old !== undefined) blobs.push(old.name);
    const text = imageOf(
      blobs.map((digest) => this.#ledger.content(digest)),
      more,
    );
    const tag = this.#below(4) === 0 ? undefined : this.#tagName();
    return this.#putManifest(door, this.repository, text, blobs, tag);
  }

  /** A tag that is new, or one that is there. */
  #tagName(): string {
    const known = this.#below(3) === 0 ? this.#any(this.#tags()) : undefined;
    return known?.name ?? this.#name();
  }

  #tags(): Fact[] {
    return this.#ledger.present('tag', this.repository).slice(-30);
  }

  #manifests(): Fact[] {
    return this.#ledger.present('manifest', this.repository).slice(-30);
  }

  async #pushIndex(door: Door): Promise<void> {
    const children = [this.#any(this.#manifests()), this.#any(this.#manifests())];
    const manifests = children.flatMap((child) =>
      child === undefined ? [] : [this.#ledger.content(child.name)],
    );
    const text = indexOf(manifests, { annotations: { name: this.#name() } });
    await this.#putManifest(door, this.repository, text, [], this.#tagName());
  }

  async #pushReferrer(door: Door): Promise<void> {
    const subject = this.#any(this.#manifests());
    if (subject === undefined) return;
    const { digest, reply } = await this.#pushImage(door, {
      artifactType: 'application/vnd.example.signature',
      subject: { mediaType: IMAGE, ...this.#ledger.content(subject.name) },
    });
    if (reply.headers['oci-subject'] === undefined) return;
    const known = this.#ledger.referrers.get(subject.name) ?? [];
    this.#ledger.referrers.set(subject.name, [...known, { repository: this.repository, digest }]);
  }

  async #moveTag(door: Door): Promise<void> {
    const tag = this.#any(this.#tags());
    const manifest = this.#any(this.#manifests());
    if (tag === undefined || manifest === undefined) return;
    const { body, status } = await door.client.getManifest(this.repository, manifest.name).catch((error) => {
      throw door.isKilled ? new ServerGone() : error;
    });
    assert.equal(status, 200, `the manifest ${manifest.name} is there`);
    const named = this.#ledger.named.get(manifest.name) ?? [];
    // Another push of the same bytes is refused once a blob has been deleted, and rightly so.
    const held = named.every((digest) => this.#isHeld(digest));
    if (held) await this.#putManifest(door, this.repository, body.toString(), named, tag.name);
  }

  #isHeld(digest: string): boolean {
    return this.#ledger.fact('blob', this.repository, digest).register.possible().every(Boolean);
  }

  async #shareLayer(door: Door): Promise<string> {
    return this.#pushBlob(door, SHARED, this.#any(SHARED_LAYERS));
  }

  async #shareTag(door: Door): Promise<void> {
    const blobs = [await this.#shareLayer(door), await this.#shareLayer(door)];
    const contents = blobs.map((digest) => this.#ledger.content(digest));
    const text = imageOf(contents, { annotations: { pusher: this.repository, name: this.#name() } });
    await this.#putManifest(door, SHARED, text, blobs, `moving-${this.#below(3)}`);
  }

  async #removeBlob(door: Door): Promise<void> {
    const repository = this.#any([this.repository, this.#copy]) ?? '';
    const manifests = this.#ledger.present('manifest', repository);
    const named = new Set(manifests.flatMap(({ name }) => this.#ledger.named.get(name) ?? []));
    const free = this.#ledger.present('blob', repository).filter(({ name }) => !named.has(name));
    const blob = this.#any(free.slice(-20));
    if (blob === undefined) return;
    await this.#must(door, [{ fact: blob, value: undefined }], 202, 'a delete of a blob', () =>
      door.client.send('DELETE', `/v2/${repository}/blobs/${blob.name}`),
    );
  }

  async #removeTag(door: Door): Promise<void> {
    const tag = this.#any(this.#tags());
    if (tag === undefined) return;
    await this.#must(door, [{ fact: tag, value: undefined }], 202, 'a delete of a tag', () =>
      door.client.send('DELETE', `/v2/${this.repository}/manifests/${tag.name}`),
    );
  }

  async #removeManifest(door: Door): Promise<void> {
    const manifest = this.#any(this.#manifests());
    if (manifest === undefined) return;
    const tags = this.#ledger
      .present('tag', this.repository)
      .filter(({ register }) => register.possible().includes(manifest.name));
    // Nobody can tell what becomes of a tag that may mean this manifest or another.
    if (tags.some(({ register }) => register.possible().length > 1)) return;
    const changes = [manifest, ...tags].map((fact) => ({ fact, value: undefined }));
    await this.#must(door, changes, 202, 'a delete of a manifest', () =>
      door.client.send('DELETE', `/v2/${this.repository}/manifests/${manifest.name}`),
    );
  }
}
