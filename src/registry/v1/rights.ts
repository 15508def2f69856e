import type { Exchange } from '../../exchange/exchange.js';
import type { Grant } from '../../exchange/grant.js';
import type { ImageId } from '../model/v1/image-id.js';
import { V1Repository } from '../model/v1/v1-repository.js';
import { refused, repositoryNotFound, requiresAuthorization } from './failures.js';
import type { Membership } from './membership.js';
import { isReading } from './methods.js';
import type { V1Options } from './options.js';

/** What each access lets its bearer do. Reading goes with writing: clients look for images with the token that they push with. */
const METHODS: Readonly<Record<Grant['access'], ReadonlySet<string>>> = {
  read: new Set(['GET', 'HEAD']),
  write: new Set(['GET', 'HEAD', 'PUT', 'POST']),
  delete: new Set(['GET', 'HEAD', 'DELETE']),
};

/** Decides what a request may do: with a password everything, with a token what the token says. */
export class Rights {
  readonly #membership: Membership;
  readonly #mayPull: V1Options['mayPull'];

  constructor(membership: Membership, mayPull: V1Options['mayPull']) {
    this.#membership = membership;
    this.#mayPull = mayPull;
  }

  /** @throws {Failure} 401 for a token that is for something else; 404 for a repository that the user may not read. */
  checkRepository(exchange: Exchange, repository: V1Repository): void {
    const { grant, user } = exchange;
    if (grant !== undefined) checkTokenFor(exchange, repository);
    this.checkAccess(exchange);
    if (!isReading(exchange)) return;
    const name = repository.successor?.name ?? repository.toString();
    if (this.#mayPull?.(user, name) === false) throw repositoryNotFound();
  }

  /** @throws {Failure} 401 for a token that does not allow the method. */
  checkAccess({ grant, method }: Exchange): void {
    if (grant !== undefined && !METHODS[grant.access].has(method)) throw requiresAuthorization();
  }

  /**
   * Whether the request may read an image.
   *
   * @throws {Failure} 503.
   */
  async mayRead({ grant }: Exchange, id: ImageId): Promise<boolean> {
    if (grant === undefined) return true;
    const repository = V1Repository.readPath(grant.repository);
    if (repository === undefined) return false;
    if (grant.images === undefined) return this.#membership.holds(repository, id);
    // An index may list nothing, and clients then go by the tags.
    return grant.images.has(id.hex) || this.#membership.isTagged(repository, id);
  }

  /**
   * Lets only an image through that the request's repository has announced.
   *
   * @throws {Failure} 400 `This image does not belong to the repository`; 503.
   */
  async checkPush(exchange: Exchange, id: ImageId): Promise<void> {
    const { grant } = exchange;
    const belongs = grant?.images === undefined ? await this.mayRead(exchange, id) : grant.images.has(id.hex);
    if (!belongs) throw refused('This image does not belong to the repository');
  }
}

/** @throws {Failure} 401 without a token, and for one that is for another repository. */
export function checkTokenFor({ grant }: Exchange, repository: V1Repository): void {
  const granted = grant === undefined ? undefined : V1Repository.readPath(grant.repository);
  if (granted?.toString() !== repository.toString()) throw requiresAuthorization();
}

/** @throws {Failure} 401 for a token, where none is for what is asked. */
export function checkNoToken({ grant }: Exchange): void {
  if (grant !== undefined) throw requiresAuthorization();
}
