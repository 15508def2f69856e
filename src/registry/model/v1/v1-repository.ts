import { Repository } from '../repository.js';

/** Namespace of names that have one part only: `busybox` means `library/busybox`. */
export const DEFAULT_NAMESPACE = 'library';

/** No part can be empty, `.` or `..`, hide a file or hold a separator. Old directories have upper case in them too. */
const PART = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}$/;

/** A repository of the v1 API: always a namespace and a name. Its parts are safe as the names of directories. */
export class V1Repository {
  readonly namespace: string;
  readonly name: string;

  private constructor(namespace: string, name: string) {
    this.namespace = namespace;
    this.name = name;
  }

  /** Reads two parts; undefined when one of them cannot be the name of a repository. */
  static read(namespace: string, name: string): V1Repository | undefined {
    return PART.test(namespace) && PART.test(name) ? new V1Repository(namespace, name) : undefined;
  }

  /** Reads `namespace/name`, or `name` alone, as clients write it; undefined when it has more parts or bad ones. */
  static readPath(path: string): V1Repository | undefined {
    const [first = '', second, ...more] = path.split('/');
    if (more.length > 0) return undefined;
    return second === undefined
      ? V1Repository.read(DEFAULT_NAMESPACE, first)
      : V1Repository.read(first, second);
  }

  /**
   * The repository of the same images in the v2 API; `library/x` is `x` there. Undefined when the name breaks its
   * grammar, so that no client of that API could ask for it.
   */
  get successor(): Repository | undefined {
    return Repository.read(this.namespace === DEFAULT_NAMESPACE ? this.name : this.toString());
  }

  /**
   * The repository of the v1 API in which the images of one of the v2 API are found. Both `x` and `library/x` are
   * `library/x` there. Undefined for names with more than two parts, which the v1 API cannot express.
   */
  static of(repository: Repository): V1Repository | undefined {
    return V1Repository.readPath(repository.name);
  }

  /** `namespace/name`. */
  toString(): string {
    return `${this.namespace}/${this.name}`;
  }
}
