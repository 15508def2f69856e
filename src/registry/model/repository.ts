import { Failure } from '../../exchange/failure.js';

const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const PATTERN = new RegExp(`^${COMPONENT}(?:/${COMPONENT})*$`);

/** Characters a name may have: what distribution's reference grammar allows, and a file name's limit on most systems. */
const LONGEST = 255;

/** A repository's name in the grammar of OCI Distribution §Pulling manifests: no part of it can be `.`, `..` or begin with `_`. */
export class Repository {
  readonly name: string;

  private constructor(name: string) {
    this.name = name;
  }

  /** Reads a name; undefined when it breaks the grammar or has more than 255 characters. */
  static read(text: string): Repository | undefined {
    return text.length <= LONGEST && PATTERN.test(text) ? new Repository(text) : undefined;
  }

  /**
   * Reads a name that a client sent.
   *
   * @throws {Failure} 400 NAME_INVALID.
   */
  static parse(text: string): Repository {
    const repository = Repository.read(text);
    if (repository !== undefined) return repository;
    throw new Failure(
      400,
      'NAME_INVALID',
      'a repository name is made of lower-case letters and digits, joined by single dots, one or two underscores, hyphens or slashes, at most 255 characters',
      { detail: { name: text.slice(0, 300) } },
    );
  }

  toString(): string {
    return this.name;
  }
}
