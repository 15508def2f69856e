import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { CollectionConfiguration, Configuration } from './configuration/configuration.js';
import { ConfigurationError, formatProblem } from './configuration/problem.js';
import {
  HtpasswdFile,
  HtpasswdFileError,
  type PasswordHash,
  VerificationPool,
  verifyPassword,
} from './htpasswd/index.js';
import type { Backend } from './http/call.js';
import { TrustedProxies } from './http/client.js';
import { Corridor } from './http/corridor.js';
import { Embedded } from './http/embedded.js';
import { withFrontPage } from './http/front-page.js';
import { Listener } from './http/listener.js';
import { Authenticator } from './identity/authenticator.js';
import { Challenge } from './identity/challenge.js';
import { createRegistry } from './registry/registry.js';
import { type FilesystemStores, openFilesystemStore } from './registry/store/filesystem/filesystem-store.js';
import { type CollectionListener, Collections } from './registry/upkeep/collections.js';
import { CollectionSchedule } from './registry/upkeep/schedule.js';
import type { Logs } from './telemetry/logger.js';
import { parseChain } from './tls/certificate-chain.js';
import { read } from './tls/directory.js';
import { ServerCredentials } from './tls/server-credentials.js';
import { Upstream } from './upstream/upstream.js';

/** Milliseconds that an aborted body may stall while it is only read to be dropped; nginx's `lingering_timeout`. */
const DRAIN_IDLE = 5_000;

/** Closes one part. */
type Closer = () => Promise<void> | void;

/** A running gateway. */
export interface Gateway {
  /** Where it listens, in the order of the configuration. */
  readonly addresses: readonly AddressInfo[];
  /** Path of the authority's certificate that clients have to trust; undefined with the operator's own pairs. */
  readonly authorityFile: string | undefined;
  /** Accepts nothing new, lets what runs finish, and closes everything. Resolves when all is closed. */
  stop(): Promise<void>;
  /** Closes everything at once, cutting what runs. */
  abort(): Promise<void>;
}

/**
 * Builds every part from the configuration, in the order in which they need each other, and starts to listen.
 *
 * @throws {ConfigurationError} when something that the configuration names cannot be used
 */
export async function startGateway(configuration: Configuration, logs: Logs): Promise<Gateway> {
  const { logger } = logs;
  const closers: Closer[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const pool = new VerificationPool();
    closers.push(() => pool.close());
    let authenticator: Authenticator | undefined;
    const users = await openUsers(configuration.htpasswd, logger, () => authenticator?.forget());
    closers.push(() => users.close());
    authenticator = new Authenticator({
      find: (user) => users.get(user)?.hash,
      decoy: () => users.dummy,
      verify: (stored, password) =>
        verifyPassword(stored as PasswordHash, password, pool).catch((err: unknown) => {
          logger.error({ err }, 'a password could not be checked');
          throw err;
        }),
    });

    const listeners: Listener[] = [];
    const credentials = await ServerCredentials.open({
      certs: configuration.certs,
      pairs: configuration.pairs,
      hostnames: configuration.hostnames,
      keyType: configuration.keyType,
      onChange: () => {
        for (const listener of listeners) listener.renew();
      },
      onProblem: (problem) =>
        logger.warn({ problem: formatProblem(problem) }, 'a certificate cannot be used'),
      onNotice: (message) => logger.info(message),
    });
    closers.push(() => credentials.close());

    const backend = await openBackend(configuration, logger, closers);
    closers.push(() => backend.close());

    const { timeouts } = configuration;
    const corridor = new Corridor({
      authenticator,
      challenge: new Challenge(configuration.realm),
      proxies: new TrustedProxies(configuration.trustedProxies),
      backend,
      limits: {
        client: timeouts.idle,
        upstream: timeouts.firstByte,
        drain: DRAIN_IDLE,
        minimumRate: configuration.minimumRate,
      },
      logs,
    });
    closers.push(() => corridor.close());

    const addresses: AddressInfo[] = [];
    for (const address of configuration.listen) {
      const listener = new Listener({ address, credentials, corridor, timeouts, logger });
      closers.push(() => listener.close());
      addresses.push(await listener.listen());
      listeners.push(listener);
    }

    return {
      addresses,
      authorityFile: credentials.authorityFile,
      async stop(): Promise<void> {
        for (const listener of listeners) listener.stopAccepting();
        await corridor.drain();
        await closeAll();
      },
      abort: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function openUsers(path: string, logger: Logger, onChange: () => void): Promise<HtpasswdFile> {
  try {
    return await HtpasswdFile.open(path, {
      onChange: (generation) => {
        onChange();
        logger.info({ file: path, generation }, 'the users have changed');
      },
      onProblem: ({ file, line, message }) => {
        logger.warn({ problem: formatProblem({ place: { file, line }, message }) }, 'a user cannot log in');
      },
    });
  } catch (error) {
    if (!(error instanceof HtpasswdFileError)) throw error;
    const message = `htpasswd: ${error.reason}`;
    throw new ConfigurationError([{ place: { file: error.file }, message }], { cause: error });
  }
}

async function openBackend(
  configuration: Configuration,
  logger: Logger,
  closers: Closer[],
): Promise<Backend> {
  const { upstream, hostnames, timeouts, data, sparseImages } = configuration;
  if (upstream !== undefined) {
    const ca = upstream.ca === undefined ? undefined : await read(upstream.ca);
    if (ca !== undefined) parseChain(ca, upstream.ca ?? '');
    return new Upstream({ configuration: upstream, ca: ca?.toString(), hostnames, timeouts, logger });
  }
  try {
    const store = await openFilesystemStore({
      directory: data,
      onDamage: ({ digest, path }) =>
        logger.error(
          { digest: digest.toString(), file: path },
          'stored content is damaged and is not served; push it again or restore it',
        ),
    });
    const collections = scheduleCollections(store, configuration.collection, logger, closers);
    return new Embedded(withFrontPage(createRegistry({ store, sparseImages, collections })), logger);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `data: the directory cannot be used (${reason}); give one that this user may write to`;
    throw new ConfigurationError([{ place: { file: data }, message }], { cause: error });
  }
}

function scheduleCollections(
  store: FilesystemStores,
  { interval, grace, untagged, uploadTimeout }: CollectionConfiguration,
  logger: Logger,
  closers: Closer[],
): Collections {
  const { workspace } = store;
  const listener: CollectionListener = {
    started: (terms) => logger.info({ terms }, 'a clean-up has started'),
    ended: (report) => logger.info({ report }, 'a clean-up has ended'),
    failed: (err) => logger.error({ err }, 'a clean-up has failed'),
  };
  const terms = { grace, untagged, dryRun: false };
  const collections = new Collections({ store, workspace, terms, uploadTimeout, listener });
  const schedule = new CollectionSchedule(collections, workspace, interval, listener);
  closers.push(async () => {
    // One that has begun goes on when the next process starts.
    await Promise.all([schedule.stop(), collections.stop()]);
  });
  schedule.start();
  return collections;
}
