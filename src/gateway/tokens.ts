import type { Logger } from 'pino';
import type { Configuration } from '../configuration/configuration.js';
import type { TokenCheck, UserDirectory } from '../identity/authenticator.js';
import { ForeignTokens } from '../identity/foreign-tokens.js';
import { TokenAuthority } from '../identity/v1-token.js';
import type { TokenKey } from '../identity/v1-token-key.js';
import { IndexCheck } from '../remote/index-check.js';

/** The tokens of the v1 API, as the configuration wants them. */
export interface Tokens {
  /** Issues our own; undefined when there are none. */
  readonly authority: TokenAuthority | undefined;
  /** Checks those that clients bring; undefined when only passwords are taken. */
  readonly check: TokenCheck | undefined;
  close(): Promise<void>;
}

const NONE: Tokens = { authority: undefined, check: undefined, close: async () => undefined };

/**
 * Opens what issues and checks tokens. An upstream's own are put into ours, so that they work through the gateway. A key that
 * cannot be kept is warned about, and no reason not to start.
 */
export function openTokens(
  { upstream, v1 }: Configuration,
  { find }: Pick<UserDirectory, 'find'>,
  { secret, problem }: TokenKey,
  logger: Logger,
): Tokens {
  if (upstream === undefined && (v1.access === 'off' || v1.index === 'none')) return NONE;
  if (upstream === undefined && typeof v1.index === 'object') {
    const index = new IndexCheck(v1.index.origin, (err) =>
      logger.warn({ err }, 'the index of the v1 API could not be asked about a token'),
    );
    return { authority: undefined, check: new ForeignTokens(index), close: () => index.close() };
  }
  if (problem !== undefined) logger.warn({ problem }, 'the key of the tokens is not kept');
  const kind = upstream === undefined ? 'signed' : 'sealed';
  const authority = new TokenAuthority({ secret, lifetime: v1.tokenLifetime, kind, find });
  return { ...NONE, authority, check: authority };
}
