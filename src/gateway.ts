import type { AddressInfo } from 'node:net';
import type { Configuration } from './configuration/configuration.js';
import { Interior } from './gateway/interior.js';
import type { Surroundings } from './gateway/lasting.js';
import { Doors } from './supervisor/doors.js';
import type { Logs } from './telemetry/logger.js';

/** A running gateway, all in this process. */
export interface Gateway {
  /** Where it listens, in the order of the configuration. */
  readonly addresses: readonly AddressInfo[];
  /** Path of the authority's certificate that clients have to trust; undefined with the operator's own pairs. */
  readonly authorityFile: string | undefined;
  readonly interior: Interior;
  /**
   * Lets another configuration hold, without dropping or delaying what runs.
   *
   * @throws {ConfigurationError} when it cannot hold; nothing has changed then
   */
  reload(configuration: Configuration): Promise<void>;
  /** Opens anew the files that something else rotates. Never rejects. */
  reopen(): Promise<void>;
  /** Accepts nothing new, lets what runs finish, and closes everything. Resolves when all is closed. */
  stop(): Promise<void>;
  /** Closes everything at once, cutting what runs. */
  abort(): Promise<void>;
}

/** What a gateway may be given by whoever started the process. */
export interface GatewaySurroundings extends Omit<Surroundings, 'logs'> {
  /** Sockets that listen already, in place of the configured addresses. */
  readonly descriptors?: readonly number[];
}

/**
 * Builds every part from the configuration, in the order in which they need each other, and starts to listen.
 *
 * @throws {ConfigurationError} when something that the configuration names cannot be used
 */
export async function startGateway(
  configuration: Configuration,
  logs: Logs,
  { descriptors = [], ...surroundings }: GatewaySurroundings = {},
): Promise<Gateway> {
  const interior = await Interior.open(configuration, { logs, ...surroundings });
  const doors = new Doors({
    onConnection: (socket) => interior.accept(socket),
    logger: logs.logger,
    paused: false,
    descriptors,
  });
  let addresses: readonly AddressInfo[];
  try {
    addresses = await doors.open(configuration.listen);
  } catch (error) {
    await interior.abort();
    throw error;
  }
  return {
    interior,
    get addresses() {
      return addresses;
    },
    get authorityFile() {
      return interior.authorityFile;
    },
    async reload(next): Promise<void> {
      const preparation = await interior.prepare(next);
      try {
        addresses = await doors.open(next.listen);
      } catch (error) {
        await preparation.discard();
        throw error;
      }
      preparation.commit();
    },
    reopen: () => interior.reopen(),
    async stop(): Promise<void> {
      doors.close();
      await interior.stop();
    },
    async abort(): Promise<void> {
      doors.close();
      await interior.abort();
    },
  };
}
