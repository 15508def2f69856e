import { join } from 'node:path';
import type { Tag } from '../../model/reference.js';
import type { ImageId } from '../../model/v1/image-id.js';
import type { V1Repository } from '../../model/v1/v1-repository.js';

/** How the name of the file of a received layer begins. */
export const RECEIVED = '_received_';

/** How the name of the file of a tag begins. */
export const TAG = 'tag_';

/**
 * Where docker-registry keeps its images. It passes over what it does not know, so what it has no place for lies among
 * its own files: those marked with *.
 *
 * ```
 * <root>/
 *   images/<id>/
 *     json                                    as it was pushed
 *     layer                                   as it was pushed
 *     ancestry                                JSON list of ids, from the image itself to the base
 *     _checksum                               JSON list of checksums; very old ones are a bare text
 *     _inprogress                             its push has not been completed
 *     _received_<json>_<payload>_<digest>   * a layer of a push under way, see received-layers.ts
 *     _rivals                               * several clients have begun to push it
 *     _writer                               * who changes the image now
 *   repositories/<namespace>/<name>/
 *     tag_<tag>                               id of the image that the tag means
 *     tag<tag>_json                           who pushed the tag, and when
 *     json                                    the same of the tag latest
 *     _index_images                           JSON list of the images that were announced
 *     _private                                not everybody may see it
 *   docker/registry/dockgate/
 *     staging/<uuid>                        * files and directories on their way in or out
 *     v1-trash/<id>                         * images that clean-up is about to remove
 * ```
 *
 * Paths are made of parsed values only, so none can leave the root.
 */
export class DockerRegistryLayout {
  readonly images: string;
  readonly repositories: string;
  readonly trash: string;

  constructor(root: string) {
    this.images = join(root, 'images');
    this.repositories = join(root, 'repositories');
    this.trash = join(root, 'docker', 'registry', 'dockgate', 'v1-trash');
  }

  image({ hex }: ImageId): string {
    return `${this.images}/${hex}`;
  }

  json(id: ImageId): string {
    return `${this.image(id)}/json`;
  }

  layer(id: ImageId): string {
    return `${this.image(id)}/layer`;
  }

  ancestry(id: ImageId): string {
    return `${this.image(id)}/ancestry`;
  }

  checksum(id: ImageId): string {
    return `${this.image(id)}/_checksum`;
  }

  marker(id: ImageId): string {
    return `${this.image(id)}/_inprogress`;
  }

  rivals(id: ImageId): string {
    return `${this.image(id)}/_rivals`;
  }

  writer(id: ImageId): string {
    return `${this.image(id)}/_writer`;
  }

  /** What docker-registry has derived from a layer. */
  derived(id: ImageId): readonly string[] {
    return ['_files', '_diff'].map((name) => `${this.image(id)}/${name}`);
  }

  /** An image in the hands of a clean-up. */
  trashed({ hex }: ImageId): string {
    return `${this.trash}/${hex}`;
  }

  repository({ namespace, name }: V1Repository): string {
    return `${this.repositories}/${namespace}/${name}`;
  }

  tag(repository: V1Repository, { name }: Tag): string {
    return `${this.repository(repository)}/${TAG}${name}`;
  }

  /**
   * What is kept beside a tag, or beside the repository without one. Undefined for a tag that begins with an underscore:
   * that of `_a` would be the file of the tag `a_json`.
   */
  description(repository: V1Repository, tag: Tag | undefined): string | undefined {
    const directory = this.repository(repository);
    if (tag === undefined) return `${directory}/json`;
    return tag.name.startsWith('_') ? undefined : `${directory}/tag${tag.name}_json`;
  }

  announced(repository: V1Repository): string {
    return `${this.repository(repository)}/_index_images`;
  }

  privacy(repository: V1Repository): string {
    return `${this.repository(repository)}/_private`;
  }
}
