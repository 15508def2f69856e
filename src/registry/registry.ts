import type { Exchange, Handler } from '../exchange/exchange.js';
import type { Reply } from '../exchange/reply.js';
import type { Stores } from './store/contracts.js';
import type { Collections } from './upkeep/collections.js';
import { answerBase } from './v2/base.js';
import { answerBlob } from './v2/blobs.js';
import { answerCatalog } from './v2/catalog.js';
import { answerCollections } from './v2/collections.js';
import { answerExtensions } from './v2/extensions.js';
import { asFailure } from './v2/failures.js';
import { answerManifest } from './v2/manifests.js';
import { isReading } from './v2/methods.js';
import { checkOtherName } from './v2/other-name.js';
import { answerReferrers } from './v2/referrers.js';
import { parseRoute } from './v2/routes.js';
import { answerTags } from './v2/tags.js';
import { answerUpload, answerUploads } from './v2/uploads.js';

/** What a registry is made of. */
export interface RegistryOptions {
  readonly store: Stores;
  /** Takes manifests whose config or layers the repository does not hold. Without it they are refused. */
  readonly sparseImages?: boolean;
  /** `library/x` shows the images of `x`, as it does where the v1 API is served too. */
  readonly hasLibrary?: boolean;
  /** Cleans the store up when a client asks for it. Without it there is no such endpoint. */
  readonly collections?: Collections | undefined;
}

/**
 * The registry built into the gateway: OCI Distribution 1.1 and the draft of 1.2 under `/v2/`, over any {@link Stores}.
 *
 * It asks for no password, and takes what the path names for decided. The rights of an exchange are asked about what its
 * path does not name: the source of a mount, and the names in the catalog. It throws a {@link Failure} for what is the
 * client's doing, and other errors when the store is broken.
 */
export function createRegistry(options: RegistryOptions): Handler {
  const complete = { sparseImages: false, hasLibrary: false, collections: undefined, ...options };
  return async (exchange) => {
    try {
      return await answer(complete, exchange);
    } catch (error) {
      throw asFailure(error);
    }
  };
}

function answer(options: Required<RegistryOptions>, exchange: Exchange): Reply | Promise<Reply> {
  const { store, sparseImages } = options;
  const route = parseRoute(exchange.target.path, isReading(exchange));
  if (options.hasLibrary && 'repository' in route) checkOtherName(exchange, route, route.repository);
  switch (route.kind) {
    case 'base':
      return answerBase(exchange);
    case 'catalog':
      return answerCatalog(store, options.hasLibrary, exchange);
    case 'collections':
      return answerCollections(options.collections, exchange);
    case 'extensions':
      return answerExtensions(exchange);
    case 'tags':
      return answerTags(store, exchange, route.repository);
    case 'manifest':
      return answerManifest(store, sparseImages, exchange, route.repository, route.reference);
    case 'referrers':
      return answerReferrers(store, exchange, route.repository, route.subject);
    case 'blob':
      return answerBlob(store, exchange, route.repository, route.digest);
    case 'uploads':
      return answerUploads(store, exchange, route.repository);
    case 'upload':
      return answerUpload(store, exchange, route.repository, route.id);
  }
}
