import type { PasswordHash } from './entry.js';
import type { HashAlgorithm } from './job.js';
import { passwordBytes, passwordFault, unverifiable } from './password.js';
import { HtpasswdError } from './problem.js';
import { HIGHEST_BCRYPT_COST, LOWEST_BCRYPT_COST } from './scheme/bcrypt.js';
import { MD5_ROUNDS } from './scheme/md5-crypt.js';
import type { Cost } from './scheme/scheme.js';
import { schemeOf } from './scheme/schemes.js';
import { DEFAULT_SHA_ROUNDS, HIGHEST_SHA_ROUNDS, LOWEST_SHA_ROUNDS } from './scheme/sha-crypt.js';
import { VerificationPool } from './verification-pool.js';

let shared: VerificationPool | undefined;

/** The pool of callers that have none of their own. */
function sharedPool(): VerificationPool {
  shared ??= new VerificationPool();
  return shared;
}

/**
 * Checks a password off the event loop; only schemes that cost a microsecond run on it.
 *
 * A password with a NUL byte, or of more than 1,024 bytes, never matches.
 *
 * @param password UTF-8 when it is bytes.
 * @throws {VerificationOverloaded} when too many checks wait.
 * @throws {HtpasswdError} when the check could not be made; that is no verdict.
 */
export async function verifyPassword(
  hash: PasswordHash,
  password: string | Uint8Array,
  pool?: VerificationPool,
): Promise<boolean> {
  const bytes = passwordBytes(password);
  if (unverifiable(bytes) !== undefined) return false;
  const scheme = schemeOf(hash.scheme);
  if (scheme.cheap) return scheme.verify(hash.text, bytes);
  return (await (pool ?? sharedPool()).run({ kind: 'verify', hash, password: bytes })) === true;
}

export interface HashOptions {
  readonly algorithm?: HashAlgorithm;
  /** bcrypt: 4 to 16, default 10. SHA-crypt: 1,000 to 1,000,000 rounds, default 5,000. apr1 has none. */
  readonly cost?: Cost | undefined;
}

interface CostRange {
  readonly lowest: Cost;
  readonly usual: Cost;
  readonly highest: Cost;
}

const SHA_COSTS = { lowest: LOWEST_SHA_ROUNDS, usual: DEFAULT_SHA_ROUNDS, highest: HIGHEST_SHA_ROUNDS };

const COSTS: Readonly<Record<HashAlgorithm, CostRange>> = {
  bcrypt: { lowest: LOWEST_BCRYPT_COST, usual: 10, highest: HIGHEST_BCRYPT_COST },
  sha512: SHA_COSTS,
  sha256: SHA_COSTS,
  apr1: { lowest: MD5_ROUNDS, usual: MD5_ROUNDS, highest: MD5_ROUNDS },
};

/**
 * Hashes a new password off the event loop. bcrypt by default, under `$2y$` as Apache's htpasswd writes it.
 *
 * @returns The text for a password file.
 * @throws {HtpasswdError} `HTPASSWD_PASSWORD` for a password that no client could send, `HTPASSWD_COST` for a cost
 *   that the algorithm cannot have or that dockgate would refuse to read back.
 */
export async function hashPassword(
  password: string | Uint8Array,
  options: HashOptions = {},
  pool?: VerificationPool,
): Promise<string> {
  const algorithm = options.algorithm ?? 'bcrypt';
  const range = COSTS[algorithm];
  const cost = options.cost ?? range.usual;
  if (!Number.isInteger(cost) || cost < range.lowest || cost > range.highest) {
    const allowed =
      range.lowest === range.highest ? 'cannot be chosen' : `goes from ${range.lowest} to ${range.highest}`;
    throw new HtpasswdError('HTPASSWD_COST', `the cost of ${algorithm} ${allowed}`);
  }
  const bytes = passwordBytes(password);
  const fault = passwordFault(bytes);
  if (fault !== undefined)
    throw new HtpasswdError('HTPASSWD_PASSWORD', `the password ${fault}; choose another`);
  return String(await (pool ?? sharedPool()).run({ kind: 'hash', algorithm, cost, password: bytes }));
}

/** Ends the threads of the shared pool, if it has any; it starts again when it is needed. */
export async function closeSharedPool(): Promise<void> {
  const pool = shared;
  shared = undefined;
  await pool?.close();
}
