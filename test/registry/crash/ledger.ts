import type { Content } from './image.js';
import { Register, type Write } from './register.js';

/** What a fact is about. Its value is a digest, or undefined for "not there". */
export type Kind = 'blob' | 'manifest' | 'tag';

/** Something a repository shows: a blob, a manifest, or where a tag leads. */
export interface Fact {
  readonly kind: Kind;
  readonly repository: string;
  /** Digest of a blob or manifest, name of a tag. */
  readonly name: string;
  readonly register: Register<string | undefined>;
}

/** Everything that clients have been told, and so may rely on. */
export class Ledger {
  readonly facts = new Map<string, Fact>();
  /** Digest to what a manifest names of its own repository. */
  readonly named = new Map<string, readonly string[]>();
  /** Bytes of everything that was sent, by digest. */
  readonly sizes = new Map<string, number>();
  /** Digest of a subject to the manifests of the same repository that the server said it has indexed. */
  readonly referrers = new Map<string, { repository: string; digest: string }[]>();

  fact(kind: Kind, repository: string, name: string): Fact {
    const key = `${kind} ${repository} ${name}`;
    const known = this.facts.get(key);
    if (known !== undefined) return known;
    const fact = { kind, repository, name, register: new Register<string | undefined>(undefined) };
    this.facts.set(key, fact);
    return fact;
  }

  content(digest: string): Content {
    return { digest, size: this.sizes.get(digest) ?? 0 };
  }

  /** Facts of a kind in a repository that are certainly there, the latest last. */
  present(kind: Kind, repository: string): Fact[] {
    return [...this.facts.values()].filter((fact) => {
      if (fact.kind !== kind || fact.repository !== repository) return false;
      return fact.register.possible().every((value) => value !== undefined);
    });
  }
}

/** A change that a request is to make. */
export interface Change {
  readonly fact: Fact;
  readonly value: string | undefined;
}

/** The changes of one request, which share its fate. */
export class Request {
  readonly facts: readonly Fact[];
  readonly #writes: readonly Write[];

  constructor(changes: readonly Change[]) {
    this.facts = changes.map(({ fact }) => fact);
    this.#writes = changes.map(({ fact, value }) => fact.register.begin(value));
  }

  acknowledged(): void {
    for (const write of this.#writes) write.acknowledged();
  }

  refused(): void {
    for (const write of this.#writes) write.refused();
  }

  lost(): void {
    for (const write of this.#writes) write.lost();
  }
}
