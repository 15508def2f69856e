import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Digest, DigestAlgorithm } from '../../model/digest.js';
import type { Tag } from '../../model/reference.js';
import type { Repository } from '../../model/repository.js';
import type { UploadId } from '../../model/upload-id.js';

/**
 * Where everything lies. The tree under `v2` is the one that distribution's own registry reads and writes; what it has
 * no place for lies beside it, in the same form, under `dockgate`.
 *
 * ```
 * <root>/docker/registry/
 *   v2/
 *     blobs/sha256/<first two digits>/<hex>/data             content, once for all repositories
 *     repositories/<name>/
 *       _layers/sha256/<hex>/link                            the repository holds this blob
 *       _manifests/revisions/sha256/<hex>/link               the repository holds this manifest
 *       _manifests/tags/<tag>/current/link                   the manifest that the tag means
 *       _manifests/tags/<tag>/index/sha256/<hex>/link        manifests that the tag has meant
 *       _uploads/<uuid>/data                                 what an upload has received; its size is the offset
 *       _uploads/<uuid>/startedat                            when it began, RFC 3339
 *       _uploads/<uuid>/writer                               who writes to it now
 *   dockgate/
 *     blobs/sha512/…, repositories/<name>/…/sha512/…         the same for sha512
 *     repositories/<name>/_referrers/<algorithm>/<hex>/      of a subject: a descriptor for each manifest that is about it
 *     catalog-journal                                        repositories that have come or gone
 *     quarantine/sha256/<hex>                                content that was found damaged and taken out of service
 *     staging/<uuid>                                         files and directories on their way in or out
 *     trash/…                                                files that clean-up is about to remove
 *     gc/                                                    what clean-up remembers
 * ```
 *
 * A link is a text file with nothing but the digest. Paths are made of parsed values only, so none can leave the root.
 */
export class Layout {
  /** Has to exist before anything below it is made. */
  readonly root: string;
  /** Parent of all repositories that distribution can see. */
  readonly repositories: string;
  /** {@link repositories} and the like of it for what distribution has no place for. */
  readonly repositoryTrees: readonly string[];
  readonly staging: string;
  /** Everything that is stored lies below it. */
  readonly registry: string;
  readonly trash: string;
  /** For the workspace of collections. */
  readonly collection: string;
  /** Tells the other processes which repositories have come and gone. */
  readonly catalogJournal: string;
  readonly #trees: Readonly<Record<DigestAlgorithm, string>>;

  constructor(root: string) {
    const registry = join(root, 'docker', 'registry');
    this.root = root;
    this.registry = registry;
    this.trash = join(registry, 'dockgate', 'trash');
    this.collection = join(registry, 'dockgate', 'gc');
    this.#trees = { sha256: join(registry, 'v2'), sha512: join(registry, 'dockgate') };
    this.repositories = join(this.#trees.sha256, 'repositories');
    this.repositoryTrees = Object.values(this.#trees).map((tree) => join(tree, 'repositories'));
    this.staging = join(registry, 'dockgate', 'staging');
    this.catalogJournal = join(registry, 'dockgate', 'catalog-journal');
  }

  blob({ algorithm, encoded }: Digest): string {
    return `${this.#trees[algorithm]}/blobs/${algorithm}/${encoded.slice(0, 2)}/${encoded}/data`;
  }

  /** Parent of the directories, named by two digits, that content of an algorithm lies in. */
  contents(algorithm: DigestAlgorithm): string {
    return `${this.#trees[algorithm]}/blobs/${algorithm}`;
  }

  /** Where damaged content is put out of service. */
  quarantined({ algorithm, encoded }: Digest): string {
    return `${this.#trees.sha512}/quarantine/${algorithm}/${encoded}`;
  }

  /** Parent of {@link referrers}: by algorithm, then by digits. */
  allReferrers(repository: Repository): string {
    return `${this.#trees.sha512}/repositories/${repository.name}/_referrers`;
  }

  /** What is known of the manifests that are about one, a file each. */
  referrers(repository: Repository, { algorithm, encoded }: Digest): string {
    return `${this.allReferrers(repository)}/${algorithm}/${encoded}`;
  }

  /** The descriptor of one of {@link referrers}. It counts only while the revision link of that manifest is there. */
  referrer(repository: Repository, subject: Digest, { algorithm, encoded }: Digest): string {
    return `${this.referrers(repository, subject)}/${algorithm}-${encoded}`;
  }

  /** The manifests that a repository holds under an algorithm. */
  revisions(repository: Repository, algorithm: DigestAlgorithm): string {
    return `${this.#trees[algorithm]}/repositories/${repository.name}/_manifests/revisions/${algorithm}`;
  }

  /** The directory whose presence makes distribution list a repository. */
  layers(repository: Repository): string {
    return `${this.repositories}/${repository.name}/_layers`;
  }

  manifests(repository: Repository): string {
    return `${this.repositories}/${repository.name}/_manifests`;
  }

  /** The blobs that a repository holds under an algorithm. */
  layerLinks(repository: Repository, algorithm: DigestAlgorithm): string {
    return `${this.#trees[algorithm]}/repositories/${repository.name}/_layers/${algorithm}`;
  }

  layerLink(repository: Repository, digest: Digest): string {
    return this.#link(repository, '_layers', digest);
  }

  revisionLink(repository: Repository, digest: Digest): string {
    return this.#link(repository, '_manifests/revisions', digest);
  }

  tags(repository: Repository): string {
    return `${this.repositories}/${repository.name}/_manifests/tags`;
  }

  tag(repository: Repository, tag: Tag): string {
    return `${this.tags(repository)}/${tag.name}`;
  }

  currentLink(repository: Repository, tag: Tag): string {
    return `${this.tag(repository, tag)}/current/link`;
  }

  indexLink(repository: Repository, tag: Tag, { algorithm, encoded }: Digest): string {
    return `${this.tag(repository, tag)}/index/${algorithm}/${encoded}/link`;
  }

  uploads(repository: Repository): string {
    return `${this.repositories}/${repository.name}/_uploads`;
  }

  upload(repository: Repository, id: UploadId): string {
    return `${this.uploads(repository)}/${id.text}`;
  }

  uploadData(repository: Repository, id: UploadId): string {
    return `${this.upload(repository, id)}/data`;
  }

  uploadStart(repository: Repository, id: UploadId): string {
    return `${this.upload(repository, id)}/startedat`;
  }

  uploadWriter(repository: Repository, id: UploadId): string {
    return `${this.upload(repository, id)}/writer`;
  }

  /** A new name in the staging directory. */
  staged(): string {
    return `${this.staging}/${randomUUID()}`;
  }

  #link(repository: Repository, place: string, { algorithm, encoded }: Digest): string {
    return `${this.#trees[algorithm]}/repositories/${repository.name}/${place}/${algorithm}/${encoded}/link`;
  }
}
