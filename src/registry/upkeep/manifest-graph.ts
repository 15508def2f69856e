import type { Digest } from '../model/digest.js';
import { type DigestKey, DigestTable, keyOf } from './digest-table.js';
import { NumberList } from './number-list.js';
import type { References } from './references.js';

/** What is known of a digest. */
const HELD = 1;
/** Has to stay in the repository. */
const STAYS = 2;
/** Its content has to stay. */
const NEEDED = 4;
/** Nobody can say what it names. */
const OPAQUE = 8;
/** Stays whatever else goes. */
const ROOT = 16;

/**
 * What the manifests of one repository name, and which of it has to stay. A digest takes some 50 bytes and a reference 8.
 */
export class ManifestGraph {
  readonly #table = new DigestTable();
  readonly #flags = new NumberList();
  /** For each digest its latest reference plus one, for each reference the one before it plus one; 0 ends. */
  readonly #latest = new NumberList();
  readonly #before = new NumberList();
  /** For each reference twice the digest that it leads to, plus one when it is a blob. */
  readonly #targets = new NumberList();
  readonly #open = new NumberList();
  #keepsAll = false;

  /** Everything stays, since a manifest that stays cannot be understood. */
  get keepsAll(): boolean {
    return this.#keepsAll;
  }

  /**
   * Adds a manifest that the repository holds. All have to be added before any is kept.
   *
   * @param references undefined when they are not known. @param isRoot whether it stays for its own sake.
   */
  hold(digest: Digest, references: References | undefined, isRoot: boolean): void {
    const manifest = this.#numberOf(digest);
    this.#set(manifest, isRoot ? HELD | ROOT : HELD);
    if (references === undefined) {
      this.#set(manifest, OPAQUE);
      return;
    }
    for (const blob of references.blobs) this.#refer(manifest, this.#numberOf(blob) * 2 + 1);
    for (const child of references.children) this.#refer(manifest, this.#numberOf(child) * 2);
    if (references.subject === undefined) return;
    // A signature goes with what it signs, and not before.
    const subject = this.#numberOf(references.subject);
    this.#refer(manifest, subject * 2);
    this.#refer(subject, manifest * 2);
  }

  /** Lets the roots stay, and everything that has to stay with them. */
  keepRoots(): void {
    for (let number = 0; number < this.#table.size; number += 1) {
      if (this.#is(number, ROOT)) this.#stay(number);
    }
    this.#spread();
  }

  /** Lets a manifest stay, if the repository holds it, and everything that has to stay with it. */
  keep(digest: Digest): void {
    const number = this.#table.find(keyOf(digest));
    if (number === -1 || !this.#is(number, HELD)) return;
    this.#stay(number);
    this.#spread();
  }

  /** Whether the repository holds a manifest that need not stay. One that came after the others was read is not known. */
  mayGo(digest: Digest): boolean {
    return this.#knows(digest, HELD) && !this.stays(digest);
  }

  stays(digest: Digest): boolean {
    return this.#keepsAll || this.#knows(digest, STAYS);
  }

  /** Whether {@link needed} tells of its content. */
  isNeeded(digest: Digest): boolean {
    return this.#knows(digest, NEEDED);
  }

  /** The content that has to stay, as far as manifests say. */
  *needed(): Generator<DigestKey> {
    for (let number = 0; number < this.#table.size; number += 1) {
      if (this.#is(number, NEEDED)) yield this.#table.key(number);
    }
  }

  #spread(): void {
    for (let number = this.#open.pop(); number !== undefined; number = this.#open.pop()) {
      if (this.#is(number, OPAQUE)) this.#keepAll();
      for (let next = this.#latest.at(number); next !== 0; next = this.#before.at(next - 1)) {
        const target = this.#targets.at(next - 1);
        if (target % 2 === 1) this.#set((target - 1) / 2, NEEDED);
        this.#stay(Math.floor(target / 2));
      }
    }
  }

  #keepAll(): void {
    if (this.#keepsAll) return;
    this.#keepsAll = true;
    for (let number = 0; number < this.#table.size; number += 1) {
      if (this.#is(number, HELD)) this.#stay(number);
    }
  }

  #stay(number: number): void {
    if (this.#is(number, STAYS)) return;
    const isHeld = this.#is(number, HELD);
    this.#set(number, isHeld ? STAYS | NEEDED : STAYS);
    // What the repository does not hold leads nowhere: a subject may be missing, and its referrers do not keep each
    // other.
    if (isHeld) this.#open.push(number);
  }

  #refer(from: number, target: number): void {
    this.#targets.push(target);
    this.#before.push(this.#latest.at(from));
    this.#latest.set(from, this.#targets.size);
  }

  #numberOf(digest: Digest): number {
    const number = this.#table.add(keyOf(digest));
    if (number === this.#flags.size) {
      this.#flags.push(0);
      this.#latest.push(0);
    }
    return number;
  }

  #knows(digest: Digest, flag: number): boolean {
    const number = this.#table.find(keyOf(digest));
    return number !== -1 && this.#is(number, flag);
  }

  #is(number: number, flag: number): boolean {
    return (this.#flags.at(number) & flag) !== 0;
  }

  #set(number: number, flags: number): void {
    this.#flags.set(number, this.#flags.at(number) | flags);
  }
}
