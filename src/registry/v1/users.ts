import type { Exchange } from '../../exchange/exchange.js';
import { Failure } from '../../exchange/failure.js';
import type { Reply } from '../../exchange/reply.js';
import { fieldOf, isJsonObject, type JsonObject } from '../model/json.js';
import { busy, nothingHere, refused, requiresAuthorization } from './failures.js';
import { readJson, SMALL } from './json-body.js';
import { checkMethod, isReading } from './methods.js';
import type { V1Options } from './options.js';
import { jsonReply, NO_CACHE } from './replies.js';
import { checkNoToken } from './rights.js';
import type { UserRoute } from './routes.js';
import type { AccountOutcome, Accounts } from './services.js';

/** Characters of a password, as the index of the time had it. */
const SHORTEST = 5;

/** Characters of a name, an address or a password. */
const LONGEST = 1024;

/** Answers at `/v1/users` and `/v1/users/<name>/`, which are of the index. */
export function answerAccounts(
  { hasIndex, accounts }: V1Options,
  exchange: Exchange,
  route: UserRoute,
): Promise<Reply> {
  if (!hasIndex) throw nothingHere();
  if (route.kind === 'users') checkMethod(exchange, 'GET', 'POST');
  else checkMethod(exchange, 'PUT');
  checkNoToken(exchange);
  return route.kind === 'users'
    ? answerUsers(accounts, exchange)
    : answerUser(accounts, exchange, route.name);
}

/** With GET a client finds out whether its password is right, which it is when it gets here. */
async function answerUsers(accounts: Accounts | undefined, exchange: Exchange): Promise<Reply> {
  if (isReading(exchange)) {
    if (exchange.user === undefined) throw requiresAuthorization();
    return jsonReply('OK');
  }
  if (accounts === undefined || !accounts.isOpen) throw closed(exchange);
  const data = await readObject(exchange);
  const user = textIn(data, 'username', 1);
  const password = textIn(data, 'password', SHORTEST);
  const outcome = await accounts.register(user, password, textIn(data, 'email', 0));
  // Engines compare the text, and go on to find out whether the password is that of this user.
  if (outcome === 'exists') return jsonReply('Username or email already exists', 400);
  checkOutcome(exchange, outcome);
  return jsonReply('User Created', 201);
}

/** Users change their own password. */
async function answerUser(accounts: Accounts | undefined, exchange: Exchange, name: string): Promise<Reply> {
  if (exchange.user === undefined) throw requiresAuthorization();
  if (exchange.user !== name) {
    throw new Failure(403, 'DENIED', 'only the account of the user who asks can be changed');
  }
  if (accounts === undefined) throw closed(exchange);
  const data = await readObject(exchange);
  // An address is not kept, so there is nothing to do for one that comes alone.
  if (fieldOf(data, 'password') !== undefined || fieldOf(data, 'email') === undefined) {
    checkOutcome(exchange, await accounts.changePassword(name, textIn(data, 'password', SHORTEST)));
  }
  return { status: 204, headers: NO_CACHE };
}

/** Never 201 to whoever brings no password: engines would save whatever was typed as the password of an account. */
function closed({ user }: Exchange): Failure {
  if (user === undefined) return requiresAuthorization();
  return new Failure(403, 'DENIED', 'accounts are made by the operator of this registry');
}

function checkOutcome(exchange: Exchange, outcome: AccountOutcome): void {
  if (outcome === 'closed') throw closed(exchange);
  if (outcome === 'unknown') throw refused('there is no such user', 404);
  if (outcome === 'busy') throw busy('too many accounts are being changed; try again in a moment');
}

async function readObject(exchange: Exchange): Promise<JsonObject> {
  const data = await readJson(exchange, SMALL, 'Error Decoding JSON');
  if (isJsonObject(data)) return data;
  throw refused('Invalid data');
}

function textIn(data: JsonObject, name: string, shortest: number): string {
  const text = fieldOf(data, name) ?? '';
  if (typeof text !== 'string' || text.length < shortest || text.length > LONGEST) {
    throw refused(`${name} must have ${shortest} characters at least, and ${LONGEST} at most`);
  }
  return text;
}
