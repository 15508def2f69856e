import type { Configuration } from '../../configuration/configuration.js';
import type { ConfigurationInput } from '../../configuration/input.js';
import type { Problem } from '../../configuration/problem.js';
import { ConfigurationError } from '../../configuration/problem.js';
import { Readiness } from '../../monitor/readiness.js';
import type { ReloadReport, ServerStatus } from '../../monitor/status.js';
import type { Notification } from '../../service/notification.js';
import type { OpenLogs } from '../../telemetry/logger.js';
import type { ServeParts } from './alone.js';
import { Operations } from './operations.js';
import { readinessChecks } from './readiness.js';
import { Reloads } from './reloading.js';
import type { Running } from './running.js';
import type { SignalActions } from './signals.js';

export interface ServerOptions extends ServeParts {
  readonly input: ConfigurationInput;
  readonly configuration: Configuration;
  readonly running: Running;
  /** undefined: no service manager wants to know. */
  readonly notification: Notification | undefined;
}

/** A running server as its operator deals with it: it is reloaded, looked into, and stopped. */
export class Server implements SignalActions {
  readonly #options: ServerOptions;
  readonly #logs: OpenLogs;
  readonly #operations: Operations;
  readonly #reloads: Reloads;
  readonly #readiness: Readiness;
  readonly #startedAt = Date.now();
  #stopping = false;
  #fault: { readonly error: unknown } | undefined;

  constructor(options: ServerOptions) {
    const { input, configuration, logs, metrics, notification } = options;
    this.#options = options;
    this.#logs = logs;
    this.#readiness = new Readiness(() => readinessChecks(this.#reloads.configuration));
    this.#operations = new Operations(
      {
        readiness: this.#readiness,
        metrics: () => options.running.metrics(),
        reload: () => this.#reload(),
        status: () => this.#status(),
      },
      logs.logger,
    );
    this.#reloads = new Reloads(
      input,
      configuration,
      { reload: (next) => this.#takeOver(next) },
      logs.logger,
      {
        began: () => notification?.reloading(),
        ended: ({ ok }) => {
          if (ok) metrics.reloads.done();
          else metrics.reloads.refused();
          notification?.ready(this.#sentence(ok));
        },
      },
    );
  }

  /** @throws {ConfigurationError} when the monitor cannot listen */
  async start(): Promise<void> {
    await this.#operations.start(this.#options.configuration);
    this.#options.notification?.ready(this.#sentence(true));
    // Whoever is stuck does not come here.
    this.#options.notification?.watch(() => true);
  }

  /** @returns the exit code, once nothing runs any more */
  async ended(): Promise<number> {
    const code = await this.#options.running.ended;
    await this.#operations.close();
    if (this.#fault !== undefined) throw this.#fault.error;
    return code;
  }

  reload(): void {
    void this.#reload();
  }

  stop(signal: NodeJS.Signals): void {
    const { running, notification, descriptors } = this.#options;
    this.#logs.logger.info({ signal }, 'stopping: running transfers may finish');
    this.#stopping = true;
    this.#readiness.stopping();
    this.#reloads.stop();
    notification?.stopping('running transfers may finish');
    setTimeout(() => this.#abort(), this.#reloads.configuration.timeouts.grace).unref();
    // Whoever holds the sockets starts the next process on them, which must not have to wait for our transfers.
    running.stop(descriptors.length > 0).catch((error: unknown) => this.#fail(error));
  }

  abort(signal: NodeJS.Signals): void {
    this.#logs.logger.info({ signal }, 'stopping at once');
    this.#abort();
  }

  #abort(): void {
    this.#options.running.abort().catch((error: unknown) => this.#fail(error));
  }

  #fail(error: unknown): void {
    this.#fault ??= { error };
    this.#options.running.abort().catch(() => {});
  }

  async #reload(): Promise<ReloadReport> {
    // Files that were rotated are taken over even when the configuration is broken.
    await Promise.all([this.#logs.reopen(), this.#options.running.reopen()]);
    return await this.#reloads.reload();
  }

  /** Everything is opened before anything changes. */
  async #takeOver(next: Configuration): Promise<readonly Problem[]> {
    try {
      const logs = this.#logs.prepare(next.logLevel, next.log);
      const operations = await this.#operations.prepare(next).catch((error: unknown) => {
        logs.discard();
        throw error;
      });
      const problems = await this.#options.running.reload(next).catch(async (error: unknown) => {
        logs.discard();
        await operations.discard();
        throw error;
      });
      if (problems.length === 0) {
        logs.take();
        await operations.take();
      } else {
        logs.discard();
        await operations.discard();
      }
      return problems;
    } catch (error) {
      if (error instanceof ConfigurationError) return error.problems;
      throw error;
    }
  }

  async #status(): Promise<ServerStatus> {
    return {
      version: this.#options.version,
      pid: process.pid,
      startedAt: this.#startedAt,
      generation: this.#reloads.generation,
      stopping: this.#stopping,
      ...(await this.#options.running.status()),
    };
  }

  #sentence(isGood: boolean): string {
    const places = this.#options.running.addresses.map(({ address, port }) => `${address}:${port}`);
    const broken = isGood ? '' : ' (the last reload was refused)';
    return `listening on ${places.join(', ')}${broken}`;
  }
}
