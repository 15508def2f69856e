import type { Handler } from '../../../src/exchange/exchange.js';
import type { Below } from '../../harness/seeded-random.js';
import { ask, followed } from '../client.js';
import { digestOf } from '../fixture.js';

const REPOSITORIES = ['a', 'a/b', 'a-b', 'team/app'];
const TAGS = ['one', 'two', 'three', 'four'];
const INDEX = 'application/vnd.oci.image.index.v1+json';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** Somebody who pushes, mounts and deletes at random, through the registry's handler. */
export class RandomRegistry {
  readonly #handler: Handler;
  readonly #below: Below;
  /** Digests of manifests that have been pushed, by repository; some have been deleted since. */
  readonly #manifests = new Map<string, string[]>(REPOSITORIES.map((name) => [name, []]));
  /** Locations of uploads that have been begun. */
  readonly #uploads: string[] = [];
  /** Bytes by digest. */
  readonly #sizes = new Map<string, number>();
  #count = 0;

  constructor(handler: Handler, below: Below) {
    this.#handler = handler;
    this.#below = below;
  }

  /** Does one thing. What the registry refuses is no error here; what is broken in it is. */
  async act(): Promise<void> {
    const acts: readonly (() => Promise<void>)[] = [
      () => this.pushImage(this.#repository(), this.#reference()),
      () => this.pushImage(this.#repository(), this.#reference()),
      () => this.#pushIndex(),
      () => this.#pushIndex(),
      () => this.#pushBlob(this.#repository(), this.#content()).then(() => undefined),
      () => this.#mount(),
      () => this.#upload(),
      () => this.#goOn(),
      () => this.#ask('DELETE', `/v2/${this.#repository()}/manifests/${this.#pick(TAGS)}`),
      () => this.#ofManifest('DELETE'),
      () => this.#ofManifest('HEAD'),
      () => this.#ask('DELETE', `/v2/${this.#repository()}/blobs/${digestOf(this.#content())}`),
    ];
    await this.#pick(acts)();
  }

  /** Pushes an image as clients do: sends only what the registry has not. */
  async pushImage(name: string, reference: string | undefined, mayLack = true): Promise<void> {
    const config = await this.#pushBlob(name, this.#content());
    const layers: string[] = [];
    for (let count = this.#below(4); count > 0; count -= 1) {
      layers.push(await this.#pushBlob(name, this.#content()));
    }
    const about = mayLack && this.#below(3) === 0 ? this.#manifest(name) : undefined;
    const subject = about === undefined ? {} : { subject: this.#descriptor(MANIFEST, about) };
    const image = {
      config: this.#descriptor(CONFIG, config),
      layers: layers.map((digest) => this.#descriptor(LAYER, digest)),
      ...subject,
    };
    await this.#putManifest(name, reference, { mediaType: MANIFEST, ...image }, mayLack);
  }

  async #pushIndex(): Promise<void> {
    const name = this.#repository();
    const known = this.#manifests.get(name) ?? [];
    const children = Array.from({ length: this.#below(4) }, () => this.#pick(known)).filter(Boolean);
    const manifests = children.map((digest) => this.#descriptor(MANIFEST, digest));
    await this.#putManifest(name, this.#reference(), { mediaType: INDEX, manifests }, true);
  }

  async #putManifest(
    name: string,
    reference: string | undefined,
    manifest: object,
    mayLack: boolean,
  ): Promise<void> {
    this.#count += 1;
    const annotations = { number: String(this.#count) };
    const body = JSON.stringify({ schemaVersion: 2, ...manifest, annotations });
    const digest = digestOf(body, reference === undefined && this.#below(3) === 0 ? 'sha512' : 'sha256');
    const reply = await ask(this.#handler, 'PUT', `/v2/${name}/manifests/${reference ?? digest}`, { body });
    // Somebody else may have deleted a blob in the meantime.
    if (mayLack && reply.code === 'MANIFEST_BLOB_UNKNOWN') return;
    if (reply.status !== 201) throw new Error(`a manifest was refused: ${reply.code}`);
    this.#sizes.set(digest, Buffer.byteLength(body));
    this.#manifests.get(name)?.push(digest);
  }

  async #pushBlob(name: string, content: string): Promise<string> {
    const digest = digestOf(content, content.startsWith('long') ? 'sha512' : 'sha256');
    this.#sizes.set(digest, Buffer.byteLength(content));
    const found = await ask(this.#handler, 'HEAD', `/v2/${name}/blobs/${digest}`);
    if (found.status === 200) return digest;
    const upload = `/v2/${name}/blobs/uploads/?digest=${digest}`;
    const reply = await ask(this.#handler, 'POST', upload, { body: content });
    if (reply.status !== 201) throw new Error(`a blob was refused: ${reply.code}`);
    return digest;
  }

  async #mount(): Promise<void> {
    const query = `mount=${digestOf(this.#content())}&from=${this.#repository()}`;
    const reply = await ask(this.#handler, 'POST', `/v2/${this.#repository()}/blobs/uploads/?${query}`);
    if (reply.status === 202) this.#uploads.push(followed(reply));
  }

  async #upload(): Promise<void> {
    const reply = await ask(this.#handler, 'POST', `/v2/${this.#repository()}/blobs/uploads/`);
    this.#uploads.push(followed(reply));
  }

  async #goOn(): Promise<void> {
    const upload = this.#pick(this.#uploads);
    if (upload !== undefined) await ask(this.#handler, 'PATCH', upload, { body: this.#content() });
  }

  async #ofManifest(method: string): Promise<void> {
    const name = this.#repository();
    const digest = this.#manifest(name);
    if (digest !== undefined) await this.#ask(method, `/v2/${name}/manifests/${digest}`);
  }

  async #ask(method: string, target: string): Promise<void> {
    await ask(this.#handler, method, target);
  }

  #descriptor(mediaType: string, digest: string): object {
    return { mediaType, digest, size: this.#sizes.get(digest) };
  }

  #manifest(name: string): string | undefined {
    return this.#pick(this.#manifests.get(name) ?? []);
  }

  #repository(): string {
    return this.#pick(REPOSITORIES);
  }

  #reference(): string | undefined {
    return this.#below(2) === 0 ? undefined : this.#pick(TAGS);
  }

  #content(): string {
    return `${this.#below(4) === 0 ? 'long' : 'short'} ${this.#below(12)}`;
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[this.#below(Math.max(items.length, 1))] as Item;
  }
}
