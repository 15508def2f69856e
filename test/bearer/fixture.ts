import type { TestContext } from 'node:test';
import { BearerCheck } from '../../src/bearer/bearer-check.js';
import type { Binding, BoundWay } from '../../src/bearer/binding.js';
import { OwnTokens } from '../../src/bearer/own-tokens.js';
import { TokenIssuer } from '../../src/bearer/token-issuer.js';
import { type KeyLog, openTokenKeys, type TokenKeys } from '../../src/bearer/token-keys.js';
import type { TokenAlgorithm } from '../../src/configuration/access.js';
import { mintAuthority } from '../../src/tls/certificate.js';
import { afterwards } from '../harness/afterwards.js';
import { temporaryDirectory } from '../harness/directory.js';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

/** A clock that tests set. */
export class Clock {
  /** Milliseconds since 1970. */
  time = Date.UTC(2030, 0, 1);
  readonly now = (): number => this.time;
}

/** Collects warnings. */
export class Log implements KeyLog {
  readonly warnings: string[] = [];
  readonly notices: string[] = [];
  info(_fields: object, sentence: string): void {
    this.notices.push(sentence);
  }
  warn(fields: object, sentence: string): void {
    this.warnings.push(`${sentence}: ${JSON.stringify(fields)}`);
  }
}

export interface KeysSetting {
  readonly directory?: string;
  readonly algorithm?: TokenAlgorithm;
  readonly clock?: Clock;
  readonly log?: Log;
}

/** Opens keys that are rotated every 40 days and sign tokens of up to ten; nobody looks at the file unless asked to. */
export async function openKeys(test: TestContext, setting: KeysSetting = {}): Promise<TokenKeys> {
  const keys = await openTokenKeys({
    directory: setting.directory ?? temporaryDirectory(test),
    algorithm: setting.algorithm ?? 'ES256',
    rotation: 40 * DAY,
    tokenLifetime: 10 * DAY,
    logger: setting.log ?? new Log(),
    now: (setting.clock ?? new Clock()).now,
    interval: 2 ** 30,
    certify: (pair, from) => mintAuthority(pair, 'dockgate tokens', from),
  });
  afterwards(test, () => keys.close());
  return keys;
}

/** All that issues and checks tokens, with users that tests change. */
export interface Mint {
  readonly clock: Clock;
  readonly keys: TokenKeys;
  readonly issuer: TokenIssuer;
  readonly tokens: OwnTokens;
  readonly check: BearerCheck;
  /** By way and name, such as `password alice`. */
  readonly bound: Map<string, Binding>;
}

/** The gateway `dockgate`, which knows alice and the robot `robot:ci`. */
export async function openMint(test: TestContext, setting: KeysSetting = {}): Promise<Mint> {
  const clock = setting.clock ?? new Clock();
  const keys = await openKeys(test, { ...setting, clock });
  const bound = new Map<string, Binding>([
    ['password alice', { text: '$2y$10$alice' }],
    ['robot robot:ci', { text: 'id-of-ci' }],
  ]);
  const bindings = { find: (way: BoundWay, user: string) => bound.get(`${way} ${user}`) };
  const common = { keys, bindings, issuer: 'dockgate', now: clock.now };
  const issuer = new TokenIssuer({ ...common, tokenLifetime: 6 * HOUR, refreshLifetime: 10 * DAY });
  const tokens = new OwnTokens({ ...common, service: 'dockgate' });
  const check = new BearerCheck({ bindings, verifiers: new Map([['dockgate', tokens]]), now: clock.now });
  return { clock, keys, issuer, tokens, check, bound };
}

export const ALICE = { way: 'password', user: 'alice' } as const;

/** One repository in a token's claim. */
export function repository(
  name: string,
  ...actions: string[]
): { type: string; name: string; actions: string[] } {
  return { type: 'repository', name, actions };
}
