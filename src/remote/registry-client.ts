import type { Readable } from 'node:stream';
import { Digest } from '../registry/model/digest.js';
import { MediaType, withoutParameters } from '../registry/model/media-type.js';
import type { Reference } from '../registry/model/reference.js';
import type { Repository } from '../registry/model/repository.js';
import { readBounded } from './bounded-body.js';
import { Conversation, type ConversationOptions } from './conversation.js';
import { connectionFailure, RemoteFailure } from './failure.js';
import { listing } from './listing.js';
import { Scope } from './scope.js';
import { type Answer, headerOf } from './transport.js';

/** Names asked for in one page; more is refused by some. */
const PAGE = 500;

/** Bytes of a manifest: four times what the specification asks registries to take. */
const LONGEST_MANIFEST = 16 * 1024 * 1024;

const MANIFESTS = [
  MediaType.ociIndex,
  MediaType.ociManifest,
  MediaType.dockerList,
  MediaType.dockerManifest,
  MediaType.dockerSchema1Signed,
  'application/json;q=0.5',
  '*/*;q=0.1',
].join(', ');

export interface RemoteManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

export interface RemoteBlob {
  /** Bytes, as far as the registry says. */
  readonly size: number | undefined;
  /** Has to be read to its end or destroyed. */
  readonly content: Readable;
}

/**
 * A registry somewhere else, spoken to in OCI Distribution 1.1. What it says is checked where it can be: manifests against
 * their digests, sizes against limits. Blobs come as a stream; whoever reads it checks.
 *
 * All methods throw a {@link RemoteFailure} when the registry cannot be reached or refuses.
 */
export class RegistryClient {
  readonly conversation: Conversation;

  constructor(options: ConversationOptions) {
    this.conversation = new Conversation(options);
  }

  get origin(): string {
    return this.conversation.origin.origin;
  }

  /** Names of repositories (`_catalog`), in the order of the registry. Not everything that is text is a valid name. */
  async *repositories(): AsyncGenerator<string> {
    const path = `/v2/_catalog?n=${PAGE}`;
    const what = 'the list of repositories';
    yield* texts(listing(this.conversation, { path, scope: Scope.registry, field: 'repositories', what }));
  }

  /** Tags of a repository (OCI end-8). */
  async *tags(repository: Repository): AsyncGenerator<string> {
    const path = `/v2/${repository}/tags/list?n=${PAGE}`;
    const what = `the list of tags of ${repository}`;
    yield* texts(
      listing(this.conversation, { path, scope: Scope.of(repository, 'pull'), field: 'tags', what }),
    );
  }

  /** Descriptors of what refers to a manifest, as they came (OCI end-12). NOT_FOUND: the registry has no such list. */
  referrers(repository: Repository, digest: Digest): AsyncGenerator<unknown> {
    return listing(this.conversation, {
      path: `/v2/${repository}/referrers/${digest}`,
      scope: Scope.of(repository, 'pull'),
      field: 'manifests',
      what: `the list of referrers of ${digest}`,
      accept: MediaType.ociIndex,
    });
  }

  /** The digest that a tag means (OCI end-3 with HEAD); undefined when there is no such manifest. */
  async resolve(repository: Repository, reference: Reference): Promise<Digest | undefined> {
    const answer = await this.#manifest('HEAD', repository, reference);
    await answer.body.dump();
    if (answer.statusCode === 404) return undefined;
    if (answer.statusCode !== 200) {
      throw await this.conversation.unexpected(answer, `the manifest ${repository}:${reference}`);
    }
    const stated = Digest.read(headerOf(answer, 'docker-content-digest') ?? '');
    return stated ?? (await this.manifest(repository, reference))?.digest;
  }

  /** A manifest (OCI end-3), checked against its digest; undefined when it is not there. */
  async manifest(repository: Repository, reference: Reference): Promise<RemoteManifest | undefined> {
    const answer = await this.#manifest('GET', repository, reference);
    const what = `the manifest ${repository}${reference instanceof Digest ? '@' : ':'}${reference}`;
    if (answer.statusCode === 404) {
      await answer.body.dump();
      return undefined;
    }
    if (answer.statusCode !== 200) throw await this.conversation.unexpected(answer, what);
    const bytes = await this.#read(answer, LONGEST_MANIFEST, what);
    const stated = Digest.read(headerOf(answer, 'docker-content-digest') ?? '');
    const expected = reference instanceof Digest ? reference : stated;
    const digest = Digest.of(bytes, expected?.algorithm);
    if (expected !== undefined && !digest.equals(expected)) {
      throw new RemoteFailure(
        'DAMAGED',
        `${this.origin}: ${what} is damaged: its digest is ${digest}, not ${expected}`,
      );
    }
    return { digest, mediaType: withoutParameters(headerOf(answer, 'content-type')), bytes };
  }

  /** A blob (OCI end-2); undefined when it is not there. */
  async blob(repository: Repository, digest: Digest): Promise<RemoteBlob | undefined> {
    const scope = Scope.of(repository, 'pull');
    const path = `/v2/${repository}/blobs/${digest}`;
    const answer = await this.conversation.ask(path, scope, { method: 'GET', headers: { accept: '*/*' } });
    if (answer.statusCode === 404) {
      await answer.body.dump();
      return undefined;
    }
    if (answer.statusCode !== 200) throw await this.conversation.unexpected(answer, `the blob ${digest}`);
    const length = headerOf(answer, 'content-length');
    return { size: length === undefined ? undefined : Number(length), content: answer.body };
  }

  /** Whether the repository has a blob (OCI end-2 with HEAD). */
  async hasBlob(repository: Repository, digest: Digest): Promise<boolean> {
    const path = `/v2/${repository}/blobs/${digest}`;
    const answer = await this.conversation.ask(path, Scope.of(repository, 'pull'), {
      method: 'HEAD',
      headers: {},
    });
    await answer.body.dump();
    if (answer.statusCode === 200 || answer.statusCode === 404) return answer.statusCode === 200;
    throw await this.conversation.unexpected(answer, `the blob ${digest}`);
  }

  /**
   * Deletes a manifest with all its tags or, by tag, the tag alone (OCI end-9).
   *
   * @returns false when it was not there. @throws {RemoteFailure} with code UNSUPPORTED when the registry does not allow it.
   */
  async remove(repository: Repository, reference: Reference): Promise<boolean> {
    const scope = Scope.of(repository, 'delete');
    const path = `/v2/${repository}/manifests/${reference}`;
    const answer = await this.conversation.ask(path, scope, { method: 'DELETE', headers: {} });
    if (answer.statusCode >= 200 && answer.statusCode < 300) {
      await answer.body.dump();
      return true;
    }
    const isTag = !(reference instanceof Digest);
    const what = `the deletion of ${repository}${isTag ? ':' : '@'}${reference}`;
    const failure = await this.conversation.unexpected(answer, what);
    if (failure.code === 'NOT_FOUND') return false;
    // Distribution 2 takes every tag for a digest that is wrong.
    if (failure.code === 'UNSUPPORTED' || (isTag && answer.statusCode === 400)) {
      throw new RemoteFailure('UNSUPPORTED', failure.message, { cause: failure });
    }
    throw failure;
  }

  close(): Promise<void> {
    return this.conversation.close();
  }

  #manifest(method: 'GET' | 'HEAD', repository: Repository, reference: Reference): Promise<Answer> {
    const path = `/v2/${repository}/manifests/${reference}`;
    return this.conversation.ask(path, Scope.of(repository, 'pull'), {
      method,
      headers: { accept: MANIFESTS },
    });
  }

  async #read(answer: Answer, most: number, what: string): Promise<Buffer> {
    try {
      return await readBounded(answer.body, most, what);
    } catch (error) {
      throw connectionFailure(this.origin, error);
    }
  }
}

async function* texts(values: AsyncGenerator<unknown>): AsyncGenerator<string> {
  for await (const value of values) if (typeof value === 'string') yield value;
}
