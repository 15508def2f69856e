import { Digest } from '../../registry/model/digest.js';
import { type Reference, Tag } from '../../registry/model/reference.js';
import { Repository } from '../../registry/model/repository.js';
import { CommandFailure } from '../command-failure.js';
import { printable } from './printable.js';

/** What somebody has named on the command line. */
export interface Named {
  /** The registry that is running there; undefined: the data directory. */
  readonly origin: URL | undefined;
  /** undefined: the whole registry. */
  readonly repository: Repository | undefined;
  /** undefined: the whole repository. */
  readonly reference: Reference | undefined;
}

/** Something within a repository. */
export type NamedRepository = Named & { readonly repository: Repository };

const URL_FORM = /^([a-z][a-z0-9+.-]*):\/\/([^/]*)(?:\/(.*))?$/is;

/** Addresses of this machine, to which a password may travel in the clear. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * Reads `[https://HOST[:PORT]/][REPOSITORY[:TAG|@DIGEST]]`.
 *
 * @throws {CommandFailure} with exit code 2 and a sentence that says what is wrong.
 */
export function parseNamed(text: string): Named {
  const [, scheme, authority = '', path = ''] = URL_FORM.exec(text) ?? [];
  if (scheme === undefined) return { origin: undefined, ...parsePath(text, text) };
  const origin = parseOrigin(scheme.toLowerCase(), authority);
  return {
    origin,
    ...(path === '' ? { repository: undefined, reference: undefined } : parsePath(path, text)),
  };
}

/** As {@link parseNamed}, for commands that work on a repository. */
export function parseNamedRepository(text: string): NamedRepository {
  const { repository, ...rest } = parseNamed(text);
  if (repository !== undefined) return { repository, ...rest };
  throw wrong(text, 'names no repository');
}

function parseOrigin(scheme: string, authority: string): URL {
  // Whatever stands before the @ may be a password, so nothing of it is repeated.
  if (authority.includes('@')) {
    throw new CommandFailure(
      'A URL must not hold a user or a password. Use --user NAME; the password is asked for.',
      2,
    );
  }
  const text = `${scheme}://${authority}`;
  const origin = URL.canParse(text) ? new URL(text) : undefined;
  if (origin === undefined || origin.host === '' || origin.pathname.length > 1) {
    throw wrong(text, 'is not a URL such as https://registry.example.com:8443');
  }
  if (origin.search !== '' || origin.hash !== '') throw wrong(text, 'must hold neither ? nor #');
  if (origin.protocol === 'https:' || (origin.protocol === 'http:' && LOOPBACK.test(origin.hostname)))
    return origin;
  throw wrong(text, 'must begin with https:// (http:// is for registries on this machine only)');
}

function parsePath(path: string, whole: string): Pick<NamedRepository, 'repository' | 'reference'> {
  const [beforeAt = '', digestText, ...more] = path.split('@');
  // Behind the last slash only, so that a host with a port is seen for what it is.
  const colon = beforeAt.indexOf(':', beforeAt.lastIndexOf('/') + 1);
  const name = colon === -1 ? beforeAt : beforeAt.slice(0, colon);
  const tagText = colon === -1 ? undefined : beforeAt.slice(colon + 1);
  const repository = Repository.read(name);
  if (repository === undefined) {
    const isAddress = /^[^/]*[:.]/.test(name) && !whole.includes('://');
    throw wrong(
      whole,
      isAddress
        ? 'holds no valid name of a repository; a registry that is running is named with https:// in front'
        : 'holds no valid name of a repository: lower-case letters and digits, joined by . _ - or /',
    );
  }
  if (tagText !== undefined && digestText !== undefined)
    throw wrong(whole, 'names both a tag and a digest; name one');
  if (digestText !== undefined) {
    const digest = more.length === 0 ? Digest.read(digestText) : undefined;
    if (digest === undefined)
      throw wrong(whole, 'holds no valid digest: sha256: and 64, or sha512: and 128 hex digits');
    return { repository, reference: digest };
  }
  const tag = tagText === undefined ? undefined : Tag.read(tagText);
  if (tagText !== undefined && tag === undefined) {
    throw wrong(whole, 'holds no valid tag: at most 128 letters, digits, dots, hyphens and underscores');
  }
  return { repository, reference: tag };
}

/** All in one place, since a command works in one. */
export function onePlace(named: readonly Named[]): URL | undefined {
  const [first, ...others] = named.map(({ origin }) => origin);
  if (others.every((origin) => origin?.origin === first?.origin)) return first;
  throw new CommandFailure('The names lead to several registries. Give those of one registry at a time.', 2);
}

function wrong(text: string, what: string): CommandFailure {
  return new CommandFailure(`${JSON.stringify(printable(text.slice(0, 300)))} ${what}.`, 2);
}

/** How a reference is written behind the name of its repository. */
export function written(repository: Repository, reference: Reference | undefined): string {
  if (reference === undefined) return repository.name;
  return `${repository}${reference instanceof Digest ? '@' : ':'}${reference}`;
}
