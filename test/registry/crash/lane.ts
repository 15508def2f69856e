import assert from 'node:assert/strict';
import { sha256, type WholeReply } from '../../harness/registry-client.js';
import type { Below } from '../../harness/seeded-random.js';
import { Account, type Door, ServerGone, StepFailed } from './account.js';
import { IMAGE, imageOf, indexOf } from './image.js';
import type { Fact, Ledger } from './ledger.js';
import { Uploads } from './uploads.js';

/** The repository where all lanes push the same layers and move the same tags. */
export const SHARED = 'shared/hub';

const SHARED_LAYERS = Array.from({ length: 12 }, (_, index) =>
  Buffer.alloc(3000 + index * 900, `layer ${index}`),
);

/** One client that pushes, moves and deletes at random, one request after the other, and keeps account. */
export class Lane {
  readonly account: Account;
  readonly repository: string;
  readonly #copy: string;
  readonly #ledger: Ledger;
  readonly #uploads: Uploads;
  readonly #below: Below;
  readonly #steps: readonly ((door: Door) => Promise<unknown>)[] = [
    (to) => this.#uploads.push(to, this.repository),
    (to) => this.#uploads.push(to, this.repository),
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
    (to) => this.#uploads.leave(to, this.repository),
    (to) => this.#uploads.resume(to),
  ];
  #count = 0;

  constructor(name: string, ledger: Ledger, below: Below) {
    this.repository = `${name}/app`;
    this.#copy = `${name}/copy`;
    this.account = new Account(ledger);
    this.#uploads = new Uploads(this.account, below);
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

  #any<Value>(values: readonly Value[]): Value | undefined {
    return values.length === 0 ? undefined : values[this.#below(values.length)];
  }

  #name(): string {
    this.#count += 1;
    return `n${this.#count}`;
  }

  async #mount(door: Door): Promise<void> {
    const from = this.#any(this.#ledger.present('blob', this.repository).slice(-20));
    if (from === undefined) return;
    await this.account.must(
      door,
      [this.account.change('blob', this.#copy, from.name, from.name)],
      201,
      'a mount',
      () => door.client.mount(this.#copy, from.name, this.repository),
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
    const changes = [this.account.change('manifest', repository, digest, digest)];
    if (tag !== undefined) changes.push(this.account.change('tag', repository, tag, digest));
    const reply = await this.account.must(door, changes, 201, 'a manifest', () =>
      door.client.putManifest(repository, tag ?? digest, text),
    );
    return { digest, reply };
  }

  async #pushImage(door: Door, more: object = {}): Promise<{ digest: string; reply: WholeReply }> {
    const blobs = [await this.#uploads.push(door, this.repository)];
    if (this.#below(2) === 0) blobs.push(await this.#uploads.push(door, this.repository));
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
    return this.#uploads.push(door, SHARED, this.#any(SHARED_LAYERS));
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
    await this.account.must(door, [{ fact: blob, value: undefined }], 202, 'a delete of a blob', () =>
      door.client.send('DELETE', `/v2/${repository}/blobs/${blob.name}`),
    );
  }

  async #removeTag(door: Door): Promise<void> {
    const tag = this.#any(this.#tags());
    if (tag === undefined) return;
    await this.account.must(door, [{ fact: tag, value: undefined }], 202, 'a delete of a tag', () =>
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
    await this.account.must(door, changes, 202, 'a delete of a manifest', () =>
      door.client.send('DELETE', `/v2/${this.repository}/manifests/${manifest.name}`),
    );
  }
}
