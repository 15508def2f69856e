import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import type { ListenAddress } from '../configuration/configuration.js';
import { listenError } from '../configuration/listen-error.js';
import { ConfigurationError } from '../configuration/problem.js';

export interface DoorOptions {
  /** @param door the index of the address that the client has connected to */
  onConnection(socket: Socket, door: number): void;
  readonly logger: Logger;
  /** No byte is read here: the connections are for another process. */
  readonly paused: boolean;
  /** Sockets that listen already, from socket activation. If there are any, they take the place of all addresses. */
  readonly descriptors?: readonly number[];
}

/** One place where connections come in. */
interface Door {
  /** undefined: a socket that was handed over. */
  readonly address: ListenAddress | undefined;
  readonly server: Server;
  index: number;
}

/** Connections that the kernel holds for us while we are busy. */
const BACKLOG = 1_024;
/** Connections at once; more are closed on arrival, so that strangers cannot use up the memory. */
const MAXIMUM_CONNECTIONS = 10_000;
/** Milliseconds between two log lines about connections that could not be accepted. */
const COMPLAINT_INTERVAL = 10_000;

/** Where the program accepts connections. They can be exchanged while it runs. */
export class Doors {
  readonly #options: DoorOptions;
  #open: readonly Door[] = [];
  #isClosed = false;
  #complainedAt = Number.NEGATIVE_INFINITY;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /** Where it listens, in the order of the configuration. */
  get addresses(): readonly AddressInfo[] {
    return this.#open.map(({ server }) => server.address() as AddressInfo);
  }

  /**
   * Listens on these addresses and on no others. What is open already stays open; port 0 stays what was picked for it when
   * it stands at the same place. Not to be called again before it is done.
   *
   * @throws {ConfigurationError} when one of them is in use, not ours, or not allowed; then nothing has changed; and once they are closed
   */
  async open(addresses: readonly ListenAddress[]): Promise<readonly AddressInfo[]> {
    const { descriptors = [] } = this.#options;
    if (this.#isClosed) throw closed();
    if (descriptors.length > 0) {
      if (this.#open.length === 0) await this.#openDescriptors(descriptors);
      return this.addresses;
    }
    const left = new Set(this.#open);
    const fresh: Door[] = [];
    const doors: Door[] = [];
    try {
      for (const [index, address] of addresses.entries()) {
        const kept = [...left].find((door) => isSame(door, address, index));
        const door = kept ?? (await this.#listen(address, index));
        if (kept === undefined) fresh.push(door);
        else left.delete(kept);
        doors.push(door);
      }
      // A reload that was under way when the program began to stop must not open anything again.
      if (this.#isClosed) throw closed();
    } catch (error) {
      for (const { server } of fresh) server.close();
      throw error;
    }
    for (const { server } of left) server.close();
    for (const [index, door] of doors.entries()) door.index = index;
    this.#open = doors;
    return this.addresses;
  }

  /** Accepts nothing further, for good. Connections that came in stay as they are. */
  close(): void {
    this.#isClosed = true;
    for (const { server } of this.#open) server.close();
    this.#open = [];
  }

  async #listen(address: ListenAddress, index: number): Promise<Door> {
    const door = this.#make(address, index);
    const { host, port } = address;
    await new Promise<void>((resolve, reject) => {
      door.server.once('error', (error) => reject(this.#explained(address, error)));
      door.server.listen({ host, port, backlog: BACKLOG }, resolve);
    });
    this.#watch(door.server);
    return door;
  }

  async #openDescriptors(descriptors: readonly number[]): Promise<void> {
    const doors: Door[] = [];
    try {
      for (const [index, descriptor] of descriptors.entries()) {
        const door = this.#make(undefined, index);
        doors.push(door);
        await new Promise<void>((resolve, reject) => {
          door.server.once('error', (error) => reject(descriptorError(descriptor, error.message)));
          door.server.listen({ fd: descriptor }, BACKLOG, resolve);
        });
        this.#watch(door.server);
        if (typeof door.server.address() === 'string')
          throw descriptorError(descriptor, 'it is a unix socket, and clients come by TCP');
      }
    } catch (error) {
      for (const { server } of doors) server.close();
      throw error;
    }
    this.#open = doors;
  }

  #make(address: ListenAddress | undefined, index: number): Door {
    const { paused, onConnection } = this.#options;
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: paused });
    const door: Door = { address, server, index };
    server.maxConnections = MAXIMUM_CONNECTIONS;
    server.on('connection', (socket) => onConnection(socket, door.index));
    return door;
  }

  /** An error of a server that listens is one connection that could not be accepted: no more files, or gone already. */
  #watch(server: Server): void {
    server.removeAllListeners('error');
    server.on('error', (err) => {
      const now = performance.now();
      if (now - this.#complainedAt < COMPLAINT_INTERVAL) return;
      this.#complainedAt = now;
      this.#options.logger.error({ err }, 'a connection could not be accepted');
    });
  }

  #explained(address: ListenAddress, error: NodeJS.ErrnoException): ConfigurationError {
    const own = this.addresses.find(({ port }) => port === address.port);
    if (error.code !== 'EADDRINUSE' || own === undefined) return listenError(address, error);
    const message = `listen: cannot listen on port ${own.port} of ${address.host} as long as this server listens on that port of ${own.address}; stop and start it for this change`;
    return new ConfigurationError([{ place: undefined, message }], { cause: error });
  }
}

function isSame({ address, index }: Door, wanted: ListenAddress, at: number): boolean {
  if (address?.host !== wanted.host || address.port !== wanted.port) return false;
  return wanted.port !== 0 || index === at;
}

function closed(): ConfigurationError {
  return new ConfigurationError([{ place: undefined, message: 'The server is stopping.' }]);
}

function descriptorError(descriptor: number, reason: string): ConfigurationError {
  const message = `socket activation: cannot listen on descriptor ${descriptor}: ${reason}; look at ListenStream= of the socket unit`;
  return new ConfigurationError([{ place: undefined, message }]);
}
