import type { Digest } from '../model/digest.js';
import type {
  BrokenLink,
  Damage,
  DanglingTag,
  Finding,
  ImageUse,
  Missing,
  StaleLink,
  Unheld,
} from './verification-report.js';

/** Findings of a kind that are remembered. */
const REMEMBERED = 10_000;

/** Repositories named with one finding. */
const USES = 1_000;

type Growing<Content> = Omit<Content, 'images'> & { readonly images: ImageUse[] };
type ContentFinding = Growing<Damage> | Growing<Missing> | Growing<Unheld>;

/** Gathers what is found, up to a limit, so that a directory in ruins does not fill the memory. */
export class VerificationFindings {
  readonly brokenLinks: BrokenLink[] = [];
  readonly staleLinks: StaleLink[] = [];
  readonly danglingTags: DanglingTag[] = [];
  /** Findings that no list holds, stale links aside. */
  omitted = 0;
  readonly #onFinding: (finding: Finding) => void;
  readonly #contents = new Map<string, ContentFinding>();
  readonly #counts = { damaged: 0, missing: 0, unheld: 0 };

  constructor(onFinding: (finding: Finding) => void = () => {}) {
    this.#onFinding = onFinding;
  }

  get damaged(): Damage[] {
    return [...this.#contents.values()].filter((finding) => finding.kind === 'damaged');
  }

  get missing(): Missing[] {
    return [...this.#contents.values()].filter((finding) => finding.kind === 'missing');
  }

  get unheld(): Unheld[] {
    return [...this.#contents.values()].filter((finding) => finding.kind === 'unheld');
  }

  /** What is wrong with some content; undefined when nothing is known to be. */
  kindOf(digest: Digest): ContentFinding['kind'] | undefined {
    return this.#contents.get(digest.toString())?.kind;
  }

  addContent(finding: ContentFinding): void {
    const key = finding.digest.toString();
    if (this.#contents.has(key)) return;
    this.#counts[finding.kind] += 1;
    if (this.#counts[finding.kind] > REMEMBERED) this.omitted += 1;
    else this.#contents.set(key, finding);
    this.#onFinding(finding);
  }

  /** Adds images that need the content of a finding. @param key text of its digest. */
  addUse(key: string, use: ImageUse): void {
    const images = this.#contents.get(key)?.images;
    if (images !== undefined && images.length < USES) images.push(use);
  }

  addBrokenLink(link: BrokenLink): void {
    this.#add(this.brokenLinks, link);
  }

  addStaleLink(link: StaleLink): void {
    // Distribution's clean-up may have left a million of them, and that is no reason to doubt the rest.
    if (this.staleLinks.length < REMEMBERED) this.staleLinks.push(link);
    this.#onFinding(link);
  }

  addDanglingTag(tag: DanglingTag): void {
    this.#add(this.danglingTags, tag);
  }

  #add<Kind extends Finding>(list: Kind[], finding: Kind): void {
    if (list.length < REMEMBERED) list.push(finding);
    else this.omitted += 1;
    this.#onFinding(finding);
  }
}
