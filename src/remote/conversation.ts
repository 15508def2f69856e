import { Authorization, type Credentials } from './authorization.js';
import { failureOf } from './error-reply.js';
import { RemoteFailure } from './failure.js';
import type { Scope } from './scope.js';
import { type Answer, headerOf, type Outgoing, Transport, type TransportOptions } from './transport.js';

/** Redirects of one request; storage behind a registry needs one. */
const MOST_REDIRECTS = 5;

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export interface ConversationOptions extends TransportOptions {
  readonly credentials?: Credentials | undefined;
  /** Hosts besides the registry's own that may see the password. */
  readonly tokenRealms?: readonly string[] | undefined;
}

/** Requests to one registry, with the authorization it wants and on the way it leads. */
export class Conversation {
  readonly origin: URL;
  readonly #transport: Transport;
  readonly #authorization: Authorization;

  constructor(options: ConversationOptions) {
    this.origin = options.origin;
    this.#transport = new Transport(options);
    this.#authorization = new Authorization({ ...options, transport: this.#transport });
  }

  /**
   * Sends a request. Redirects of GET and HEAD are followed; what authorizes us goes to the registry's own origin and to
   * nobody else.
   *
   * @param target a path with its query, or a URL of the registry.
   * @throws {RemoteFailure} when there is no answer, or a 401 that cannot be helped.
   */
  async ask(target: string | URL, scope: Scope, outgoing: Outgoing): Promise<Answer> {
    const url = new URL(target, this.origin);
    const answer = await this.#askAuthorized(url, scope, outgoing);
    return outgoing.method === 'GET' || outgoing.method === 'HEAD'
      ? this.#follow(url, answer, scope, outgoing)
      : answer;
  }

  async #askAuthorized(url: URL, scope: Scope, outgoing: Outgoing): Promise<Answer> {
    const send = (authorization: Record<string, string>): Promise<Answer> =>
      this.#transport.send(url, { ...outgoing, headers: { ...outgoing.headers, ...authorization } });
    const authorization = this.#authorization.headers(scope);
    const answer = await send(authorization);
    if (answer.statusCode !== 401) return answer;
    await answer.body.dump();
    const challenge = answer.headers['www-authenticate'];
    if (!(await this.#authorization.learn(challenge, scope, authorization))) throw this.#refused();
    const second = await send(this.#authorization.headers(scope));
    if (second.statusCode !== 401) return second;
    await second.body.dump();
    throw this.#refused();
  }

  #refused(): RemoteFailure {
    const { user } = this.#authorization;
    const sentence =
      user === undefined
        ? 'the registry wants a password; name a user with --user NAME'
        : `the registry does not accept user ${JSON.stringify(user)} with this password, or the user has no right to this`;
    return new RemoteFailure('UNAUTHORIZED', `${this.origin.origin}: ${sentence}`);
  }

  async #follow(from: URL, first: Answer, scope: Scope, outgoing: Outgoing): Promise<Answer> {
    let answer = first;
    let url = from;
    let isAway = false;
    for (let hops = 0; REDIRECTS.has(answer.statusCode); hops += 1) {
      await answer.body.dump();
      url = this.#redirectTarget(headerOf(answer, 'location'), url, hops);
      // Once away, a way back would let another host choose what is asked with our password.
      isAway ||= url.origin !== this.origin.origin;
      answer = isAway
        ? await this.#transport.send(url, outgoing)
        : await this.#askAuthorized(url, scope, outgoing);
    }
    return answer;
  }

  #redirectTarget(location: string | undefined, from: URL, hops: number): URL {
    const url =
      location !== undefined && URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    const isFit = url !== undefined && (url.protocol === 'https:' || url.origin === this.origin.origin);
    if (isFit && hops < MOST_REDIRECTS) return url;
    const reason = isFit
      ? 'leads from one place to the next without end'
      : 'leads to a place that is not https://';
    throw new RemoteFailure('UNEXPECTED', `${this.origin.origin}: the registry ${reason}`);
  }

  /** Makes a failure of an answer that was not expected. @param what the request, as in `the list of tags`. */
  unexpected(answer: Answer, what: string): Promise<RemoteFailure> {
    return failureOf(answer, this.origin.origin, what);
  }

  close(): Promise<void> {
    return this.#transport.close();
  }
}
