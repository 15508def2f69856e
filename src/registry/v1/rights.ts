import type { RepositoryAction } from '../../exchange/action.js';
import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import type { Grant } from '../../exchange/grant.js';
import type { ImageId } from '../model/v1/image-id.js';
import { V1Repository } from '../model/v1/v1-repository.js';
import type { V1Stores } from '../store/v1-contracts.js';
import { refused, repositoryNotFound, requiresAuthorization } from './failures.js';
import { ImageOwners } from './image-owners.js';
import type { Membership } from './membership.js';
import { isReading } from './methods.js';
import { mayIn } from './repository-rights.js';

/** What each access lets its bearer do. Reading goes with writing: clients look for images with the token that they push with. */
const METHODS: Readonly<Record<Grant['access'], ReadonlySet<string>>> = {
  read: new Set(['GET', 'HEAD']),
  write: new Set(['GET', 'HEAD', 'PUT', 'POST']),
  delete: new Set(['GET', 'HEAD', 'DELETE']),
};

/**
 * Decides what a request may do: with a token what the token says, and for everybody what the rights of the exchange say.
 * Where those are undefined everything is allowed.
 */
export class Rights {
  readonly #membership: Membership;
  readonly #owners: ImageOwners;

  constructor(stores: V1Stores, membership: Membership) {
    this.#membership = membership;
    this.#owners = new ImageOwners(stores, membership);
  }

  /**
   * @throws {Failure} 401 for a token that is for something else; 404 for a repository that may not be read, 403 for one
   *   that may not be changed.
   */
  checkRepository(exchange: Exchange, repository: V1Repository): void {
    const { grant, rights } = exchange;
    if (grant !== undefined) checkTokenFor(exchange, repository);
    this.checkAccess(exchange);
    if (rights === undefined) return;
    const action = actionOf(exchange);
    if (!mayIn(rights, action, repository)) throw action === 'pull' ? repositoryNotFound() : denied(action);
    this.#owners.recent.note(exchange, repository);
  }

  /** @throws {Failure} 401 for a token that does not allow the method. */
  checkAccess({ grant, method }: Exchange): void {
    if (grant !== undefined && !METHODS[grant.access].has(method)) throw requiresAuthorization();
  }

  /**
   * Whether the request may read an image. Rights that are asked are asked of a repository that shows it; who announces
   * an image has not shown that they have it.
   *
   * @throws {Failure} 503.
   */
  async mayRead(exchange: Exchange, id: ImageId): Promise<boolean> {
    const { grant, rights } = exchange;
    if (grant === undefined) return rights === undefined || this.#owners.isReadable(exchange, rights, id);
    const repository = V1Repository.readPath(grant.repository);
    if (repository === undefined || !mayIn(rights, 'pull', repository)) return false;
    // An index may list nothing, and clients then go by the tags.
    if (grant.images !== undefined) {
      return grant.images.has(id.hex) || this.#membership.isTagged(repository, id);
    }
    if (rights === undefined) return this.#membership.holds(repository, id);
    return this.#owners.isProven(exchange, id) || this.#membership.shows(repository, id);
  }

  /**
   * Whether the request may send a part of an image whose push has begun.
   *
   * @throws {Failure} 503.
   */
  async mayWrite(exchange: Exchange, id: ImageId): Promise<boolean> {
    const { grant, rights } = exchange;
    if (rights === undefined) return this.mayRead(exchange, id);
    return grant?.images?.has(id.hex) === true
      ? mayInGranted(exchange, grant)
      : (await this.#announcing(exchange, id)) !== undefined;
  }

  /**
   * Lets only an image through that the request's repository has announced, or, with a password, one to which it may push.
   *
   * @throws {Failure} 400 `This image does not belong to the repository`; 503.
   */
  async checkPush(exchange: Exchange, id: ImageId): Promise<void> {
    const { grant, rights } = exchange;
    const isListed = grant?.images?.has(id.hex);
    const belongs =
      rights === undefined
        ? (isListed ?? (await this.mayRead(exchange, id)))
        : isListed !== false && (await this.mayWrite(exchange, id));
    if (!belongs) throw refused('This image does not belong to the repository');
  }

  /** Learns that a layer has come with a request: who has sent an image may read it before it has a tag. */
  async received(exchange: Exchange, id: ImageId, payload: string): Promise<void> {
    const repository = await this.#announcing(exchange, id);
    if (repository !== undefined) this.#owners.received(exchange, id, repository, payload);
  }

  /** Learns that the image has been proved whole with a layer of this checksum. */
  completed(exchange: Exchange, id: ImageId, payload: string): void {
    if (exchange.rights !== undefined) this.#owners.completed(exchange, id, payload);
  }

  async #announcing(exchange: Exchange, id: ImageId): Promise<V1Repository | undefined> {
    const { grant, rights } = exchange;
    if (rights === undefined) return undefined;
    if (grant === undefined) return this.#owners.announcing(exchange, rights, id);
    const repository = V1Repository.readPath(grant.repository);
    if (repository === undefined || !mayIn(rights, 'push', repository)) return undefined;
    return (await this.#membership.announces(repository, id)) ? repository : undefined;
  }
}

function mayInGranted({ rights }: Exchange, grant: Grant): boolean {
  const repository = V1Repository.readPath(grant.repository);
  return repository !== undefined && mayIn(rights, 'push', repository);
}

function actionOf(exchange: Exchange): RepositoryAction {
  if (isReading(exchange)) return 'pull';
  return exchange.method === 'DELETE' ? 'delete' : 'push';
}

function denied(action: RepositoryAction): Failure {
  return new Failure(
    403,
    'DENIED',
    `you may not ${action === 'push' ? 'push to' : 'delete'} this repository`,
  );
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
