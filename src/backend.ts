import type { Logger } from 'pino';
import type { Configuration } from './configuration/configuration.js';
import { ConfigurationError } from './configuration/problem.js';
import type { Exchange, Handler } from './exchange/exchange.js';
import type { Backend } from './http/call.js';
import { Embedded } from './http/embedded.js';
import { isDistributionPath } from './http/recovery.js';
import type { TokenAuthority } from './identity/v1-token.js';
import { openRegistry, type RegistryContent, type SearchedContent, withSearch } from './registry/opening.js';
import { createRegistry } from './registry/registry.js';
import { type CollectionListener, Collections } from './registry/upkeep/collections.js';
import { CollectionSchedule } from './registry/upkeep/schedule.js';
import { alsoV1Images } from './registry/upkeep/v1-collection.js';
import type { Accounts } from './registry/v1/services.js';
import { createV1 } from './registry/v1/v1.js';
import type { Audit } from './telemetry/audit-event.js';
import { DiskSpace } from './telemetry/metrics/disk-space.js';
import type { Metrics } from './telemetry/metrics/metrics.js';
import { upstreamSource } from './telemetry/metrics/sources.js';
import type { StorageTally } from './telemetry/metrics/storage-tally.js';
import { parseChain } from './tls/certificate-chain.js';
import { read } from './tls/directory.js';
import { type Authorize, Upstream } from './upstream/upstream.js';

/** Closes one part. */
export type Closer = () => Promise<void> | void;

/** What the gateway lends to the registry behind it. */
export interface BackendServices {
  readonly tokens: TokenAuthority | undefined;
  readonly accounts: Accounts | undefined;
  /** Makes the `Authorization` of requests to the upstream; without it, the settings decide about the client's. */
  readonly authorize?: Authorize | undefined;
  /** Is told of clean-ups. */
  readonly audit?: Pick<Audit, 'change'> | undefined;
  readonly metrics: Pick<Metrics, 'follow' | 'storage'>;
}

/**
 * Opens what answers behind the gateway: the upstream, or the built-in registry.
 *
 * @param closers gets what is to be closed, in the order of opening.
 * @throws {ConfigurationError} when the directory cannot be used
 */
export async function openBackend(
  configuration: Configuration,
  services: BackendServices,
  logger: Logger,
  closers: Closer[],
): Promise<Backend> {
  const { upstream, hostnames, timeouts } = configuration;
  if (upstream !== undefined) {
    const ca = upstream.ca === undefined ? undefined : await read(upstream.ca);
    if (ca !== undefined) parseChain(ca, upstream.ca ?? '');
    const seal = services.tokens ?? { sealing: () => () => undefined };
    const { endpoints } = configuration.v1;
    const options = { configuration: upstream, ca: ca?.toString(), hostnames, timeouts, logger };
    const backend = new Upstream({ ...options, seal, endpoints, authorize: services.authorize });
    closers.push(services.metrics.follow(upstreamSource(backend)));
    return backend;
  }
  const { metrics } = services;
  const content = await openSearched(
    await openContent(configuration, metrics.storage, logger),
    configuration,
    logger,
    closers,
  );
  closers.push(metrics.follow(await DiskSpace.of(configuration.data)));
  const told = { logger, audit: services.audit, tally: metrics.storage };
  const collections = scheduleCollections(content, configuration, told, closers);
  const { sparseImages, v1, greeting } = configuration;
  const distribution = createRegistry({
    store: content.stores,
    sparseImages,
    hasLibrary: content.v1 !== undefined,
    collections,
  });
  const original = createV1({
    stores: content.v1,
    hasIndex: v1.index === 'built-in',
    endpoints: v1.endpoints,
    greeting,
    search: content.search,
    tokens: services.tokens,
    accounts: services.accounts,
  });
  return new Embedded(byPath(distribution, original), logger);
}

async function openContent(
  configuration: Configuration,
  tally: StorageTally,
  logger: Logger,
): Promise<RegistryContent> {
  const { data, v1 } = configuration;
  try {
    return await openRegistry({
      data,
      v1,
      onDamage({ digest, path }): void {
        tally.damaged();
        logger.error(
          { digest: digest.toString(), file: path },
          'stored content is damaged and is not served; push it again or restore it',
        );
      },
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `data: the directory cannot be used (${reason}); give one that this user may write to`;
    throw new ConfigurationError([{ place: { file: data }, message }], { cause: error });
  }
}

async function openSearched(
  content: RegistryContent,
  { search, data }: Configuration,
  logger: Logger,
  closers: Closer[],
): Promise<RegistryContent & Partial<SearchedContent>> {
  if (!search) return content;
  const searched = await withSearch(content, data, (sentence) => logger.error(sentence));
  closers.push(() => searched.search.close());
  return searched;
}

/** `/v2/` is OCI Distribution's, everything else the original registry's. */
function byPath(distribution: Handler, original: Handler): Handler {
  return (exchange: Exchange) =>
    isDistributionPath(exchange.target.path) ? distribution(exchange) : original(exchange);
}

function scheduleCollections(
  { own: { stores: store, v1: old } }: RegistryContent,
  { collection: { interval, grace, untagged, uploadTimeout }, v1 }: Configuration,
  {
    logger,
    audit,
    tally,
  }: { readonly logger: Logger; readonly tally: StorageTally } & Pick<BackendServices, 'audit'>,
  closers: Closer[],
): Collections {
  const { workspace } = store;
  let isRunning = false;
  const listener: CollectionListener = {
    started(terms) {
      isRunning = true;
      tally.collectionStarted();
      logger.info({ terms }, 'a clean-up has started');
    },
    ended(report) {
      isRunning = false;
      tally.collectionEnded(report.bytes);
      logger.info({ report }, 'a clean-up has ended');
      const { removed, bytes } = report;
      audit?.change({ event: 'clean-up', detail: { ...removed, bytes, dryRun: report.dryRun } });
    },
    failed(err) {
      isRunning = false;
      tally.collectionFailed();
      logger.error({ err }, 'a clean-up has failed');
      audit?.change({ event: 'clean-up', outcome: 'failed' });
    },
  };
  const terms = { grace, untagged, dryRun: false };
  const collections = new Collections({
    store,
    workspace,
    terms,
    uploadTimeout,
    listener,
    also: alsoV1Images(old, v1.directory),
  });
  const schedule = new CollectionSchedule(collections, workspace, interval, listener);
  closers.push(async () => {
    // One that has begun goes on when the next process starts.
    await Promise.all([schedule.stop(), collections.stop()]);
    if (isRunning) tally.collectionStopped();
  });
  schedule.start();
  return collections;
}
