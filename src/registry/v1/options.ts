import type { V1Stores } from '../store/v1-contracts.js';
import type { Accounts, Search, TokenIssue } from './services.js';

/** What the v1 API is made of. */
export interface V1Options {
  /** Undefined when the v1 API is off: the greeting, the pings and the search stay, since today's engines search with them. */
  readonly stores: V1Stores | undefined;
  /** Whether the index is here too, so that the registry stands alone. */
  readonly hasIndex: boolean;
  /** Issues the tokens of the index. Without it the index sends none. */
  readonly tokens?: TokenIssue | undefined;
  /** Value of `X-Docker-Endpoints`, each `host[:port]`; empty for the authority by which the client reached us. */
  readonly endpoints: readonly string[];
  /** The users' accounts; without it they can be asked for and not changed. */
  readonly accounts?: Accounts | undefined;
  /** Finds repositories; without it there is no such endpoint. */
  readonly search?: Search | undefined;
  /** What the root answers, as a JSON string. */
  readonly greeting: string;
}
