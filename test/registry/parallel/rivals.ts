import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startTestGateway } from '../../harness/gateway.js';
import { errorCode, RegistryClient, sha256, type WholeReply } from '../../harness/registry-client.js';
import { type Below, seededRandom } from '../../harness/seeded-random.js';
import { serve } from '../../harness/served.js';
import { makeUserFile } from '../../harness/user-file.js';
import { imageOf } from '../crash/image.js';

/** Milliseconds by which one rival may begin later than the other. */
const LATER = 4;

/** The repository where the rivals meet. */
export const ARENA = 'team/arena';

/** Clients of three gateways on one directory: two of them processes of their own, one in this process. */
export class Rivals {
  readonly data: string;
  readonly below: Below;
  readonly #clients: readonly RegistryClient[];

  private constructor(data: string, below: Below, clients: readonly RegistryClient[]) {
    this.data = data;
    this.below = below;
    this.#clients = clients;
  }

  static async start(t: TestContext): Promise<Rivals> {
    const directory = mkdtempSync(join(tmpdir(), 'dockgate-test-'));
    const data = join(directory, 'data');
    await makeUserFile(directory);
    const words = ['--data', data];
    const servers = [await serve(t, directory, words), await serve(t, directory, words)];
    const gateway = await startTestGateway(t, { data });
    // Hooks run in their order: all servers are gone when their directory goes.
    t.after(() => rmSync(directory, { recursive: true }));
    const clients = [...servers, gateway].map((server) => new RegistryClient(server));
    t.after(() => {
      for (const client of clients) client.close();
    });
    return new Rivals(data, seededRandom(t), clients);
  }

  /** Any client. */
  any(): RegistryClient {
    const client = this.#clients[this.below(this.#clients.length)];
    assert.ok(client);
    return client;
  }

  all(): readonly RegistryClient[] {
    return this.#clients;
  }

  /** Runs two deeds at the same time, each through any of the gateways; either may begin a little later. */
  meet<One, Other>(
    one: (client: RegistryClient) => Promise<One>,
    other: (client: RegistryClient) => Promise<Other>,
  ): Promise<[One, Other]> {
    return Promise.all([this.#later(one), this.#later(other)]);
  }

  async #later<Value>(deed: (client: RegistryClient) => Promise<Value>): Promise<Value> {
    const client = this.any();
    const milliseconds = this.below(LATER);
    if (milliseconds > 0) await delay(milliseconds);
    return deed(client);
  }

  /** Pushes a blob of random content. @returns its content. */
  async blob(size = 1 + this.below(5000), repository = ARENA): Promise<Buffer> {
    const content = randomBytes(size);
    expectStatus(await this.any().pushBlob(repository, content), 201);
    return content;
  }

  /** Makes an image of blobs that are pushed, but does not push it. */
  async image(): Promise<string> {
    const content = await this.blob();
    return imageOf([{ digest: sha256(content), size: content.length }]);
  }

  /** What all gateways show at a path: the same whole content, or all of them a clean 404. */
  async shown(path: string): Promise<string | undefined> {
    const seen = await Promise.all(this.#clients.map(async (client) => contentAt(client, path)));
    assert.equal(new Set(seen).size, 1, `${path} is the same everywhere: ${seen.join(', ')}`);
    return seen[0];
  }

  /** Whether all gateways list a tag. */
  async isListed(tag: string): Promise<boolean> {
    const seen = await Promise.all(
      this.#clients.map(async (client) => {
        const reply = await client.send('GET', `/v2/${ARENA}/tags/list?n=10000`);
        expectStatus(reply, 200);
        return (JSON.parse(reply.body.toString()) as { tags: string[] }).tags.includes(tag);
      }),
    );
    assert.equal(new Set(seen).size, 1, `the tag ${tag} is listed everywhere or nowhere`);
    return seen[0] === true;
  }
}

/** The path of a blob in the arena. */
export function blobPath(digest: string, repository = ARENA): string {
  return `/v2/${repository}/blobs/${digest}`;
}

/** The path of a manifest in the arena. */
export function manifestPath(reference: string): string {
  return `/v2/${ARENA}/manifests/${reference}`;
}

/** The digest of the whole content at a path, or undefined for a clean 404; anything else fails. */
export async function contentAt(client: RegistryClient, path: string): Promise<string | undefined> {
  const reply = await client.send('GET', path);
  if (reply.status === 404) {
    assert.match(errorCode(reply) ?? '', /^(?:BLOB|MANIFEST|NAME)_UNKNOWN$/);
    return undefined;
  }
  expectStatus(reply, 200);
  const digest = sha256(reply.body);
  assert.equal(reply.headers['docker-content-digest'], digest, `${path} is whole`);
  return digest;
}

/** Fails unless a reply has one of these status codes. */
export function expectStatus(reply: WholeReply, ...wanted: readonly number[]): void {
  const words = `${reply.status} instead of ${wanted.join(' or ')}: ${reply.body.subarray(0, 300).toString()}`;
  assert.ok(wanted.includes(reply.status), words);
}
