import assert from 'node:assert/strict';
import { type RegistryClient, sha256, type WholeReply } from '../../harness/registry-client.js';
import type { Fact, Ledger } from './ledger.js';

/** Reads of one client side by side. */
const WIDTH = 6;

/** Looks at what a server shows, and compares it with what clients were told. Reads bodies in full. */
export class Inspection {
  readonly #client: RegistryClient;
  readonly #ledger: Ledger;

  constructor(client: RegistryClient, ledger: Ledger) {
    this.#client = client;
    this.#ledger = ledger;
  }

  /** Checks facts that nobody changes meanwhile, and settles them at what was seen. */
  async settle(facts: Iterable<Fact>): Promise<void> {
    await this.#each(facts, async (fact) => {
      const seen = await this.#observe(fact);
      expectOneOf(fact, seen, fact.register.possible());
      fact.register.settle(seen);
    });
  }

  /** Checks facts that others may be changing. */
  async check(facts: Iterable<Fact>): Promise<void> {
    await this.#each(facts, async (fact) => {
      const before = fact.register.possible();
      const seen = await this.#observe(fact);
      expectOneOf(fact, seen, [...before, ...fact.register.possible()]);
    });
  }

  /** Checks that every tag which a repository lists leads to a whole image, and that no known tag is missing. */
  async tags(repository: string): Promise<void> {
    const known = this.#ledger.present('tag', repository).map(({ name }) => name);
    const reply = await this.#client.send('GET', `/v2/${repository}/tags/list?n=10000`);
    if (reply.status === 404 && known.length === 0) return;
    assert.equal(reply.status, 200, `the tags of ${repository}: ${reply.body.toString()}`);
    const { tags } = JSON.parse(reply.body.toString()) as { tags: string[] };
    const listed = new Set(tags);
    for (const name of known) assert.ok(listed.has(name), `${repository} lists the tag ${name}`);
    await this.#each(tags, async (tag) => {
      const { status } = await this.#client.send('HEAD', `/v2/${repository}/manifests/${tag}`);
      assert.equal(status, 200, `the tag ${repository}:${tag} is listed, so it leads somewhere`);
    });
  }

  /** Checks that of these repositories, which nobody changes meanwhile, the catalog lists those that hold a manifest. */
  async catalog(repositories: readonly string[]): Promise<void> {
    const reply = await this.#client.send('GET', '/v2/_catalog?n=10000');
    assert.equal(reply.status, 200);
    const listed = (JSON.parse(reply.body.toString()) as { repositories: string[] }).repositories;
    for (const repository of repositories) {
      const isHolding = this.#ledger.present('manifest', repository).length > 0;
      const words = isHolding ? 'is in the catalog' : 'is not in the catalog';
      assert.equal(listed.includes(repository), isHolding, `${repository} ${words}`);
    }
  }

  /** Checks that every manifest said to be indexed under its subject is listed there while it exists. */
  async referrers(subjects: readonly string[]): Promise<void> {
    await this.#each(subjects, async (subject) => {
      for (const { repository, digest } of this.#ledger.referrers.get(subject) ?? []) {
        const { register } = this.#ledger.fact('manifest', repository, digest);
        const reply = await this.#client.send('GET', `/v2/${repository}/referrers/${subject}`);
        assert.equal(reply.status, 200);
        const { manifests } = JSON.parse(reply.body.toString()) as { manifests: { digest: string }[] };
        const seen = manifests.some((entry) => entry.digest === digest) ? digest : undefined;
        assert.ok(register.possible().includes(seen), `the referrer ${digest} of ${subject} is ${seen}`);
      }
    });
  }

  /** The digest of what is there; undefined when a clean 404 says that nothing is. */
  async #observe({ kind, repository, name }: Fact): Promise<string | undefined> {
    const place = kind === 'blob' ? 'blobs' : 'manifests';
    const reply = await this.#client.send('GET', `/v2/${repository}/${place}/${name}`);
    const what = `${kind} ${repository} ${name}`;
    if (reply.status === 404) return undefined;
    assert.equal(reply.status, 200, `${what}: ${reply.status} ${reply.body.toString()}`);
    const digest = wholeDigest(reply, what);
    if (kind !== 'tag') assert.equal(digest, name, `${what} is whole`);
    if (kind !== 'blob') await this.#namedBlobs(repository, digest, what);
    return digest;
  }

  async #namedBlobs(repository: string, manifest: string, what: string): Promise<void> {
    const named = this.#ledger.named.get(manifest);
    assert.ok(named, `${what} is a manifest that somebody pushed`);
    for (const digest of named) {
      const { status } = await this.#client.send('HEAD', `/v2/${repository}/blobs/${digest}`);
      const possible = this.#ledger.fact('blob', repository, digest).register.possible();
      assert.ok(status === 200 || possible.includes(undefined), `${what} has its blob ${digest}: ${status}`);
    }
  }

  async #each<Value>(values: Iterable<Value>, look: (value: Value) => Promise<void>): Promise<void> {
    const rest = [...values];
    const work = async (): Promise<void> => {
      for (let next = rest.pop(); next !== undefined; next = rest.pop()) await look(next);
    };
    await Promise.all(Array.from({ length: WIDTH }, work));
  }
}

function wholeDigest({ headers, body }: WholeReply, what: string): string {
  const digest = sha256(body);
  assert.equal(headers['docker-content-digest'], digest, `${what} is what its header says`);
  return digest;
}

function expectOneOf({ kind, repository, name }: Fact, seen: unknown, possible: readonly unknown[]): void {
  const words = [...new Set(possible)].map((value) => value ?? 'nothing').join(' or ');
  assert.ok(
    possible.includes(seen),
    `the ${kind} ${name} of ${repository} is ${seen ?? 'nothing'}, and must be ${words}`,
  );
}
