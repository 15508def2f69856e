import { afterEach, beforeEach } from 'node:test';
import { ask, type Received, type RequestOptions } from '../../client.js';
import {
  descriptorOf,
  digestOf,
  type Fixture,
  type FixtureOptions,
  openFixture,
  pushBlob,
} from '../../fixture.js';

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_CONFIG = 'application/vnd.oci.image.config.v1+json';

/** A registry that is new for every test, and short ways to ask it. */
export class Asker {
  #fixture: Fixture | undefined;

  constructor(options: FixtureOptions = {}) {
    beforeEach(async () => {
      this.#fixture = await openFixture(options);
    });
    afterEach(() => this.fixture.close());
  }

  get fixture(): Fixture {
    if (this.#fixture === undefined) throw new Error('no test is running');
    return this.#fixture;
  }

  ask(method: string, target: string, options: RequestOptions = {}): Promise<Received> {
    return ask(this.fixture.handler, method, target, options);
  }

  get(target: string, headers: Record<string, string> = {}): Promise<Received> {
    return this.ask('GET', target, { headers });
  }

  blob(content: string, name = 'app'): Promise<string> {
    return pushBlob(this.fixture.handler, name, content);
  }

  /** Pushes a manifest under a tag, or under its digest with whatever algorithm. */
  put(body: string, reference: string = digestOf(body), name = 'app'): Promise<Received> {
    return this.ask('PUT', `/v2/${name}/manifests/${reference}`, { body });
  }

  /** An image with a config that has been pushed, different for every note. */
  async image(note: string, more: object = {}, name = 'app'): Promise<string> {
    const config = descriptorOf(OCI_CONFIG, await this.blob(`{"note":"${note}"}`, name));
    return JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [], ...more });
  }

  /** Pushes an image under its digest. @returns the digest. */
  async pushed(note: string, more: object = {}, name = 'app'): Promise<string> {
    const manifest = await this.image(note, more, name);
    const reply = await this.put(manifest, undefined, name);
    if (reply.status !== 201) throw new Error(`the image was refused: ${reply.status} ${reply.code}`);
    return digestOf(manifest);
  }
}

/** What an `image` says about its subject. */
export function about(digest: string): { subject: object } {
  return { subject: { mediaType: OCI_MANIFEST, digest, size: 100 } };
}

export function jsonOf(reply: Received): Record<string, unknown> {
  return JSON.parse(reply.bytes.toString()) as Record<string, unknown>;
}

/** Status and code of a refusal. */
export function refusal({ status, code }: Received): string {
  return `${status} ${code}`;
}

/** The path of the next page; undefined on the last. */
export function nextOf(reply: Received): string | undefined {
  return /^<([^>]+)>; rel="next"$/.exec(String(reply.headers['link']))?.[1];
}
