import type { Digest } from '../model/digest.js';
import type { VerificationFindings } from './verification-findings.js';

/** Manifests of one repository remembered; a finding names 100 of them at most. */
const REMEMBERED = 10_000;

/** Tags and manifests named with one finding. */
const NAMED = 100;

interface Use {
  readonly tags: string[];
  readonly manifests: string[];
}

/** The manifests of one repository that something is wrong with, and the content that is wrong. */
export class AffectedManifests {
  /** Text of a manifest's digest to the texts of the digests of what is wrong with it. */
  readonly #faults = new Map<string, Set<string>>();
  readonly #tags = new Map<string, string[]>();

  get isEmpty(): boolean {
    return this.#faults.size === 0;
  }

  has(manifest: Digest): boolean {
    return this.#faults.has(manifest.toString());
  }

  /** Notes that a manifest needs content that is damaged, missing or not held. */
  add(manifest: Digest, content: Digest): void {
    this.#faultsOf(manifest)?.add(content.toString());
  }

  /** Lets an index need whatever its children need. @returns whether that is more than was known. */
  inherit(index: Digest, children: readonly Digest[]): boolean {
    const inherited = children.flatMap((child) => [...(this.#faults.get(child.toString()) ?? [])]);
    if (inherited.length === 0) return false;
    const faults = this.#faultsOf(index);
    const before = faults?.size;
    for (const content of inherited) faults?.add(content);
    return faults?.size !== before;
  }

  /** Notes that a tag leads to a manifest. */
  addTag(manifest: Digest, tag: string): void {
    const key = manifest.toString();
    if (!this.#faults.has(key)) return;
    const tags = this.#tags.get(key);
    if (tags === undefined) this.#tags.set(key, [tag]);
    else if (tags.length < NAMED) tags.push(tag);
  }

  /** Tells the findings which images of the repository need them. */
  report(repository: string, findings: VerificationFindings): void {
    const uses = new Map<string, Use>();
    for (const [manifest, faults] of this.#faults) {
      const tags = this.#tags.get(manifest) ?? [];
      for (const content of faults) {
        const use = uses.get(content) ?? { tags: [], manifests: [] };
        uses.set(content, use);
        if (use.manifests.length < NAMED) use.manifests.push(manifest);
        use.tags.push(...tags.slice(0, NAMED - use.tags.length));
      }
    }
    for (const [content, { tags, manifests }] of uses) {
      findings.addUse(content, { repository, tags: tags.sort(), manifests: manifests.sort() });
    }
  }

  #faultsOf(manifest: Digest): Set<string> | undefined {
    const key = manifest.toString();
    const known = this.#faults.get(key);
    if (known !== undefined || this.#faults.size >= REMEMBERED) return known;
    const faults = new Set<string>();
    this.#faults.set(key, faults);
    return faults;
  }
}
