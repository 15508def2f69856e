import { type Pulled, type PullOptions, pull } from './engine-v1/pull.js';
import { type Pushed, push } from './engine-v1/push.js';
import { EngineError, type EngineOptions, EngineSession } from './engine-v1/session.js';
import type { Exchanged } from './engine-v1/transport.js';
import { GO_USER_AGENT } from './engine-v1/version.js';

export type { Pulled, PulledImage } from './engine-v1/pull.js';
export type { EngineImage, Pushed } from './engine-v1/push.js';
export { EngineError, type EngineOptions } from './engine-v1/session.js';
export type { Exchanged } from './engine-v1/transport.js';
export type { EngineVersion } from './engine-v1/version.js';

/** A repository that was found, with the fields that an engine of that time knows. */
export interface EngineHit {
  readonly name: string;
  readonly description: string;
  readonly is_official: boolean;
  readonly is_trusted: boolean;
  readonly star_count: number;
}

/**
 * The registry side of docker engine 1.0, 1.3 or 1.5: the requests that it sends for a command, in its order and with its
 * headers, each on a TLS connection of its own. Written from the sources of these engines.
 */
export class EngineV1 {
  /** Everything that was asked and answered since the engine was made, or since it was emptied. */
  readonly exchanges: Exchanged[] = [];
  readonly #options: EngineOptions;

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /**
   * `docker login`. @returns what it prints.
   *
   * @throws {EngineError} with what it prints otherwise.
   */
  async login(user: string, password: string): Promise<string> {
    const session = new EngineSession(this.#options, this.exchanges);
    await session.ping();
    const registered = await session.send({
      method: 'POST',
      path: '/v1/users/',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': GO_USER_AGENT },
      body: JSON.stringify({ username: user, password, auth: '', email: `${user}@example.com` }),
    });
    if (registered.status === 201) return 'Account created.';
    const text = registered.body.toString();
    if (registered.status === 400 && text !== '"Username or email already exists"') {
      throw new EngineError(`Registration: ${text}`);
    }
    if (registered.status !== 400 && registered.status !== 401) {
      throw new EngineError(`Unexpected status code [${registered.status}] : ${text}`);
    }
    const basic = Buffer.from(`${user}:${password}`).toString('base64');
    const { status } = await session.send({
      method: 'GET',
      path: '/v1/users/',
      headers: { authorization: `Basic ${basic}` },
    });
    if (status === 200) return 'Login Succeeded';
    if (status === 401) throw new EngineError('Wrong login/password, please try again');
    throw new EngineError(`Login: Code: ${status}`);
  }

  /** `docker push`. @param name without the host. @throws {EngineError} when the engine would give up. */
  push(name: string, pushed: Pushed): Promise<void> {
    return push(new EngineSession(this.#options, this.exchanges), name, pushed);
  }

  /** `docker pull`. @param tag all without one. @throws {EngineError} when the engine would give up. */
  pull(name: string, tag?: string, options: PullOptions = {}): Promise<Pulled> {
    return pull(new EngineSession(this.#options, this.exchanges), name, tag, options);
  }

  /** `docker search`. @throws {EngineError} when the engine would give up. */
  async search(term: string): Promise<readonly EngineHit[]> {
    const session = new EngineSession(this.#options, this.exchanges);
    await session.ping();
    const { status, body } = await session.index({
      method: 'GET',
      path: `/v1/search?q=${encodeURIComponent(term)}`,
      headers: { 'x-docker-token': 'true' },
    });
    if (status !== 200) throw new EngineError(`Unexpected status code ${status}`);
    return (JSON.parse(body.toString()) as { results: EngineHit[] }).results;
  }
}
