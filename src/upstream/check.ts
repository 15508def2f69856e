import type { Dispatcher } from 'undici';
import type { UpstreamConfiguration } from '../configuration/configuration.js';
import { codeOf, connectFailure, reasonOf } from './failure.js';
import { Server } from './server.js';

/** Milliseconds that a server gets for its answer. */
const PATIENCE = 2_000;

/** What a server says when it is asked whether it is there. */
export interface UpstreamAnswer {
  /** Its URL. */
  readonly server: string;
  readonly isBackup: boolean;
  /** It answers as a registry does: 200, or 401 for want of a password, or 404 when it has the v1 API alone. */
  readonly ok: boolean;
  /** Status of the reply; undefined without one. */
  readonly status: number | undefined;
  /** The rest of a sentence that begins with the server, when it is not ok. */
  readonly reason: string | undefined;
  readonly milliseconds: number;
}

/** Asks one server for `GET /v2/`, on a connection of its own and without credentials. Never rejects. */
export function askServer(server: Server, patience = PATIENCE): Promise<UpstreamAnswer> {
  return new Promise((resolve) => new Check(server, patience, resolve).start());
}

/**
 * Asks all servers of a configuration, without a gateway.
 *
 * @param ca certificates in PEM of the authorities to trust, in place of the system's
 * @param patience milliseconds that each gets for its answer
 */
export async function checkUpstream(
  configuration: UpstreamConfiguration,
  ca: string | undefined,
  patience = PATIENCE,
): Promise<readonly UpstreamAnswer[]> {
  const servers = configuration.servers.map(
    (each) =>
      new Server({
        ...configuration,
        configuration: each,
        ca,
        connectTimeout: patience,
        logger: undefined,
        now: () => performance.now(),
      }),
  );
  try {
    return await Promise.all(servers.map((server) => askServer(server, patience)));
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

class Check implements Dispatcher.DispatchHandler {
  readonly #server: Server;
  readonly #resolve: (answer: UpstreamAnswer) => void;
  readonly #patience: number;
  readonly #startedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #isOver = false;

  constructor(server: Server, patience: number, resolve: (answer: UpstreamAnswer) => void) {
    this.#server = server;
    this.#patience = patience;
    this.#resolve = resolve;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#settle(undefined, `does not answer within ${this.#patience / 1000} s`);
    }, this.#patience);
    const headers = ['accept', '*/*', 'user-agent', 'dockgate'];
    try {
      this.#server.dispatch({ path: '/v2/', method: 'GET', headers, body: null }, this, true);
    } catch (error) {
      this.onResponseError(undefined, error);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) controller.abort(new Error('too late'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    if (status < 200) return;
    const ok = status === 200 || status === 401 || status === 404;
    this.#settle(status, ok ? undefined : `answers GET /v2/ with status ${status}`);
  }

  onResponseData(): void {}

  onResponseEnd(): void {}

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: unknown): void {
    const kind = connectFailure(error);
    const code = codeOf(error);
    const why = `(${code === 'UNKNOWN' ? '' : `${code}: `}${reasonOf(error)})`;
    if (kind === 'tls') this.#settle(undefined, `has no TLS that can be trusted ${why}`);
    else if (kind !== undefined) this.#settle(undefined, `cannot be reached ${why}`);
    else this.#settle(undefined, `does not answer as a web server does ${why}`);
  }

  #settle(status: number | undefined, reason: string | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    const { name: server, isBackup } = this.#server;
    const milliseconds = performance.now() - this.#startedAt;
    this.#resolve({ server, isBackup, ok: reason === undefined, status, reason, milliseconds });
    // What follows the head is nobody's.
    this.#controller?.abort(new Error('the answer is known'));
  }
}
