import { Digest } from '../../model/digest.js';
import type { Manifest } from '../../model/manifest.js';
import type { Reference, Tag } from '../../model/reference.js';
import { describeReferrer } from '../../model/referrer.js';
import type { Repository } from '../../model/repository.js';
import type { ManifestStore, StoredManifest } from '../contracts.js';
import type { DurableFiles } from './durable-files.js';
import type { FilesystemCatalog } from './filesystem-catalog.js';
import type { FilesystemTags } from './filesystem-tags.js';
import type { IntegrityLedger } from './integrity-ledger.js';
import type { Layout } from './layout.js';
import { LinkReader } from './link-reader.js';
import { ManifestContent } from './manifest-content.js';
import { NamedContent } from './named-content.js';
import { isPresent } from './presence.js';
import type { ReferrerFiles } from './referrer-files.js';
import type { Trash } from './trash.js';

/** Manifests as files; links let a repository hold them, and are looked at on every request. */
export class FilesystemManifests implements ManifestStore {
  readonly #layout: Layout;
  readonly #files: DurableFiles;
  readonly #tags: FilesystemTags;
  readonly #catalog: FilesystemCatalog;
  readonly #referrers: ReferrerFiles;
  readonly #content: ManifestContent;
  readonly #named: NamedContent;
  readonly #links = new LinkReader();

  constructor(
    layout: Layout,
    files: DurableFiles,
    trash: Trash,
    tags: FilesystemTags,
    catalog: FilesystemCatalog,
    referrers: ReferrerFiles,
    ledger: IntegrityLedger,
  ) {
    this.#layout = layout;
    this.#files = files;
    this.#tags = tags;
    this.#catalog = catalog;
    this.#referrers = referrers;
    this.#content = new ManifestContent(layout, ledger);
    this.#named = new NamedContent(layout, trash, this);
  }

  async get(repository: Repository, reference: Reference): Promise<StoredManifest | undefined> {
    const digest = reference instanceof Digest ? reference : await this.#tags.resolve(repository, reference);
    if (digest === undefined) return undefined;
    const link = await this.#links.read(this.#layout.revisionLink(repository, digest));
    if (link === undefined) return undefined;
    return this.#content.recall(digest) ?? this.#content.read(digest);
  }

  async keep(repository: Repository, digest: Digest): Promise<StoredManifest | undefined> {
    await this.#named.keep(repository, digest);
    return this.get(repository, digest);
  }

  async put(repository: Repository, digest: Digest, manifest: Manifest, tags: readonly Tag[]): Promise<void> {
    await this.#named.freshen(repository, manifest);
    // Before the link: a manifest that is held is listed, however soon the process dies.
    await this.#describe(repository, digest, manifest);
    await this.#files.publish([
      { path: this.#layout.blob(digest), content: manifest.bytes },
      { path: this.#layout.revisionLink(repository, digest), content: digest.toString() },
    ]);
    // A clean-up that had looked at older content may have taken ours. It would put it back, unless its process dies.
    if (!(await this.#named.rescue(this.#layout.blob(digest)))) {
      throw new Error(`the content of ${digest} has vanished while it was stored`);
    }
    // Distribution lists a repository only when it has a directory for layers.
    await this.#files.keepDirectory(this.#layout.layers(repository));
    await this.#pointAll(repository, digest, tags);
    // A delete that ran meanwhile has taken the link, and perhaps tags with it. It leaves tags alone once it sees a link
    // again, so what is there at the end is all of it, and no tag leads nowhere.
    while (!(await this.#holds(repository, digest))) {
      await this.#hold(repository, digest);
      await this.#pointAll(repository, digest, tags);
    }
    await this.#catalog.note(repository);
  }

  async remove(repository: Repository, digest: Digest): Promise<boolean> {
    if (!(await this.#holds(repository, digest))) return false;
    // Tags go first: a process that dies in between leaves a manifest without tags, never a tag that leads nowhere.
    await this.#tags.removeThoseOf(repository, digest);
    if (!(await this.#files.remove(this.#layout.revisionLink(repository, digest)))) return false;
    // A push that ran meanwhile may have pointed a tag at it before the link went, or has put the link back.
    await this.#tags.removeThoseOf(repository, digest, () => this.#holds(repository, digest));
    await this.#catalog.note(repository);
    return true;
  }

  async #describe(repository: Repository, digest: Digest, manifest: Manifest): Promise<void> {
    const subject = manifest.subject?.digest;
    if (subject === undefined) return;
    await this.#referrers.write(repository, subject, digest, describeReferrer(digest, manifest));
  }

  async #pointAll(repository: Repository, digest: Digest, tags: readonly Tag[]): Promise<void> {
    for (const tag of tags) await this.#tags.point(repository, tag, digest);
  }

  #holds(repository: Repository, digest: Digest): Promise<boolean> {
    return isPresent(this.#layout.revisionLink(repository, digest));
  }

  async #hold(repository: Repository, digest: Digest): Promise<void> {
    await this.#files.write(this.#layout.revisionLink(repository, digest), digest.toString());
    // Distribution lists a repository only when it has a directory for layers.
    await this.#files.keepDirectory(this.#layout.layers(repository));
  }
}
