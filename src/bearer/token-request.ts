import type { Exchange } from '../exchange/exchange.js';
import type { AccessEntry } from './access-claim.js';
import { readForm } from './form-body.js';
import { parseScopes, ScopeError } from './scope.js';
import { TokenRefusal } from './token-refusal.js';

/** How whoever asks for a token shows who they are. */
export type Proof =
  /** By the request's `Authorization`, or not at all. */
  | { readonly kind: 'authorization' }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'refresh'; readonly token: string };

/** What is asked of the token server. */
export interface TokenRequest {
  readonly proof: Proof;
  /** Undefined: whatever registry this is. */
  readonly service: string | undefined;
  readonly scopes: readonly AccessEntry[];
  /** A refresh token is wanted too. */
  readonly isOffline: boolean;
}

/**
 * Reads a GET (distribution's token specification) or a POST of a form (its OAuth 2 specification, RFC 6749 §4.3 and §6).
 *
 * @throws {TokenRefusal}
 */
export async function readTokenRequest(exchange: Exchange): Promise<TokenRequest> {
  switch (exchange.method) {
    case 'GET': {
      const fields = new URLSearchParams(exchange.target.query);
      const isOffline = one(fields, 'offline_token') === 'true';
      return { proof: { kind: 'authorization' }, isOffline, ...common(fields) };
    }
    case 'POST': {
      const fields = new URLSearchParams(await readForm(exchange));
      const proof = proofOf(fields);
      return { proof, isOffline: one(fields, 'access_type') === 'offline', ...common(fields) };
    }
    default:
      throw new TokenRefusal(405, 'invalid_request', 'tokens are got by GET or POST', { allow: 'GET, POST' });
  }
}

function common(fields: URLSearchParams): Pick<TokenRequest, 'service' | 'scopes'> {
  try {
    return { service: one(fields, 'service'), scopes: parseScopes(fields.getAll('scope')) };
  } catch (error) {
    if (error instanceof ScopeError) throw new TokenRefusal(400, 'invalid_scope', error.message);
    throw error;
  }
}

function proofOf(fields: URLSearchParams): Proof {
  switch (one(fields, 'grant_type')) {
    case 'password':
      return { kind: 'password', user: need(fields, 'username'), password: need(fields, 'password') };
    case 'refresh_token':
      return { kind: 'refresh', token: need(fields, 'refresh_token') };
    default:
      throw new TokenRefusal(400, 'unsupported_grant_type', 'grant_type is password or refresh_token');
  }
}

function need(fields: URLSearchParams, name: string): string {
  const value = one(fields, name);
  if (value === undefined || value === '')
    throw new TokenRefusal(400, 'invalid_request', `${name} is missing`);
  return value;
}

/** RFC 6749 §3.2: no parameter but the scope comes twice. */
function one(fields: URLSearchParams, name: string): string | undefined {
  const [value, second] = fields.getAll(name);
  if (second !== undefined) throw new TokenRefusal(400, 'invalid_request', `${name} is there more than once`);
  return value;
}
