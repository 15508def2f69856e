import type { Grant } from '../exchange/grant.js';
import type { Granted, Refusal, TokenCheck } from './authenticator.js';
import { readToken } from './v1-token-text.js';

/** What another index says about a token: the images of its repository, or that it does not hold, or nothing now. */
export type IndexVerdict = ReadonlySet<string> | 'refused' | 'unavailable';

/** Asks another index whether a token of its holds. */
export interface IndexQuestion {
  /** @param authorization as the client sent it. @param repository `namespace/name`, as the token says. */
  ask(authorization: string, repository: string): Promise<IndexVerdict>;
}

/** Checks tokens that another index has issued, by asking it. */
export class ForeignTokens implements TokenCheck {
  readonly #index: IndexQuestion;

  constructor(index: IndexQuestion) {
    this.#index = index;
  }

  check(authorization: string): Promise<Granted | Refusal> | undefined {
    const said = readToken(authorization);
    return said === undefined ? undefined : this.#ask(authorization, said);
  }

  async #ask(
    authorization: string,
    { repository, access }: Pick<Grant, 'repository' | 'access'>,
  ): Promise<Granted | Refusal> {
    const verdict = await this.#index.ask(authorization, repository);
    if (verdict === 'refused') return { kind: 'unauthorized' };
    if (verdict === 'unavailable') return { kind: 'overloaded' };
    // No user of a password has a colon in the name.
    return {
      kind: 'granted',
      way: 'v1 token',
      user: `token:${repository}`,
      grant: { repository, access, images: verdict },
    };
  }
}
