import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Configuration } from '../../configuration/configuration.js';
import { type ControlHandlers, ControlSocket } from '../../monitor/control-socket.js';
import { MonitorServer } from '../../monitor/monitor-server.js';

/** What another configuration asks for, opened beside what runs. One of the two is to be called, once. */
export interface OperationsChange {
  take(): Promise<void>;
  discard(): Promise<void>;
}

interface Open {
  readonly configuration: Pick<Configuration, 'control' | 'monitor'>;
  readonly control: ControlSocket | undefined;
  readonly monitor: MonitorServer | undefined;
}

/** Where operators look inside, and tell the running program something: the control socket and the monitor. */
export class Operations {
  readonly #handlers: ControlHandlers;
  readonly #logger: Logger;
  #open: Open = {
    configuration: { control: undefined, monitor: [] },
    control: undefined,
    monitor: undefined,
  };

  constructor(handlers: ControlHandlers, logger: Logger) {
    this.#handlers = handlers;
    this.#logger = logger;
  }

  /**
   * Opens both. A control socket that cannot be had is no reason not to serve: it is told of.
   *
   * @throws {ConfigurationError} when an address of the monitor cannot be used
   */
  async start(configuration: Configuration): Promise<void> {
    const monitor = await this.#openMonitor(configuration);
    const control = await this.#openControl(configuration).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.warn({ reason }, 'dockgate reload and dockgate top cannot reach this process');
      return undefined;
    });
    this.#open = { configuration, control, monitor };
    for (const { address, port } of monitor?.addresses ?? [])
      this.#logger.info({ address, port }, 'the monitor is listening');
  }

  /** @throws {ConfigurationError} when what is new cannot be opened; nothing has changed then */
  async prepare(configuration: Configuration): Promise<OperationsChange> {
    const before = this.#open;
    const keepsMonitor = isDeepStrictEqual(before.configuration.monitor, configuration.monitor);
    const keepsControl = before.configuration.control === configuration.control;
    const monitor = keepsMonitor ? before.monitor : await this.#openMonitor(configuration);
    const closeMonitor = async (): Promise<void> => {
      if (!keepsMonitor) await monitor?.close();
    };
    let control = before.control;
    try {
      if (!keepsControl) control = await this.#openControl(configuration);
    } catch (error) {
      await closeMonitor();
      throw error;
    }
    return {
      take: async () => {
        this.#open = { configuration, control, monitor };
        if (!keepsMonitor) await before.monitor?.close();
        // The answer to whoever asked for this goes out by the old one: it must not be waited for.
        if (!keepsControl) void before.control?.close();
      },
      discard: async () => {
        await closeMonitor();
        if (!keepsControl) await control?.close();
      },
    };
  }

  async close(): Promise<void> {
    const { control, monitor } = this.#open;
    await Promise.all([control?.close(), monitor?.close()]);
  }

  async #openMonitor({ monitor }: Configuration): Promise<MonitorServer | undefined> {
    return monitor.length === 0
      ? undefined
      : await MonitorServer.open(monitor, this.#handlers, { onError: this.#onError });
  }

  async #openControl({ control }: Configuration): Promise<ControlSocket | undefined> {
    return control === undefined
      ? undefined
      : await ControlSocket.open(control, this.#handlers, { onError: this.#onError });
  }

  readonly #onError = (err: unknown): void => {
    this.#logger.error({ err }, 'a question of an operator could not be answered');
  };
}
