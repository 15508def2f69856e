import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Grant } from '../exchange/grant.js';
import type { Granted, StoredPassword, TokenCheck } from './authenticator.js';
import { formatToken, readToken } from './v1-token-text.js';

export interface TokenAuthorityOptions {
  /** 32 random bytes, the same in all processes that are to take each other's tokens. */
  readonly secret: Uint8Array;
  /** Milliseconds for which a token holds. */
  readonly lifetime: number;
  /**
   * Which tokens hold: `signed` ones, which stand for themselves, or `sealed` ones, which have an upstream's in them. Each
   * kind is worth nothing to a gateway of the other, even with the same secret.
   */
  readonly kind: 'signed' | 'sealed';
  /** The stored password of a user: with it the tokens of the user change. */
  find(user: string): StoredPassword | undefined;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Says which kind a signature is, so that neither is ever taken for the other. */
const SIGNED = 1;
const SEALED = 2;
/** One byte for the kind, six for the time of expiry in milliseconds, one for the length of the name. */
const PREFIX = 8;
const MAC = 32;
const NONCE = 12;
const TAG = 16;
/** Bytes of an upstream's token that go into one of ours. */
const LONGEST_SEALED = 2_048;
const BASE64URL = /^[A-Za-z0-9_-]+$/;

/**
 * Issues and checks tokens of the v1 API. They carry the user, the repository, the access and the time of expiry, and
 * are bound to what is stored for the user: whoever is removed or given another password loses them at once.
 *
 * Nothing is kept: whoever has the secret can check. The time that a check takes says nothing about the users.
 */
export class TokenAuthority implements TokenCheck {
  readonly #options: TokenAuthorityOptions;
  readonly #signing: Buffer;
  readonly #sealing: Buffer;
  readonly #now: () => number;

  constructor(options: TokenAuthorityOptions) {
    this.#options = options;
    this.#signing = derive(options.secret, 'dockgate v1 token: signing');
    this.#sealing = derive(options.secret, 'dockgate v1 token: sealing');
    this.#now = options.now ?? Date.now;
  }

  /** @returns value of `X-Docker-Token`, by which the user is known when it comes back. */
  issue(user: string, { repository, access }: Pick<Grant, 'repository' | 'access'>): string {
    const prefix = this.#prefix(SIGNED, user);
    const mac = this.#mac(bind(prefix, this.#stored(user), repository, access));
    return formatToken({ signature: Buffer.concat([prefix, mac]).toString('base64url'), repository, access });
  }

  /**
   * Puts tokens that an upstream has issued into ours, unreadable for their bearer. They are bound to the password that
   * the user has now: the upstream answers when it likes, and the user may have been locked out by then.
   *
   * @returns takes the value of the upstream's `X-Docker-Token`; undefined when that is too long or no token.
   */
  sealing(user: string): (token: string) => string | undefined {
    const stored = this.#stored(user);
    return (token) => this.#seal(user, stored, token);
  }

  #seal(user: string, stored: string, token: string): string | undefined {
    const content = Buffer.from(token, 'latin1');
    const said = content.length > LONGEST_SEALED ? undefined : readToken(token);
    if (said === undefined) return undefined;
    const { repository, access } = said;
    const prefix = this.#prefix(SEALED, user);
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv('aes-256-gcm', this.#sealing, nonce, { authTagLength: TAG });
    cipher.setAAD(bind(prefix, stored, repository, access));
    const parts = [prefix, nonce, cipher.update(content), cipher.final(), cipher.getAuthTag()];
    return formatToken({ signature: Buffer.concat(parts).toString('base64url'), repository, access });
  }

  check(authorization: string): Granted | undefined {
    const said = readToken(authorization);
    if (said === undefined || !BASE64URL.test(said.signature)) return undefined;
    const bytes = Buffer.from(said.signature, 'base64url');
    const length = PREFIX + (bytes[PREFIX - 1] ?? 0);
    if (bytes[0] !== (this.#options.kind === 'signed' ? SIGNED : SEALED)) return undefined;
    // Another spelling of the same bytes is none of ours.
    if (bytes.length < length + Math.min(MAC, NONCE + TAG) || bytes.toString('base64url') !== said.signature)
      return undefined;
    const prefix = bytes.subarray(0, length);
    const rest = bytes.subarray(length);
    const user = prefix.toString('utf8', PREFIX);
    const { repository, access } = said;
    const bound = bind(prefix, this.#stored(user), repository, access);
    const proof = prefix[0] === SIGNED ? this.#isSigned(bound, rest) : this.#open(bound, rest);
    if (proof === undefined || prefix.readUIntBE(1, 6) <= this.#now()) return undefined;
    if (this.#options.find(user) === undefined) return undefined;
    const granted: Granted = { kind: 'granted', way: 'v1 token', user, grant: { repository, access } };
    return proof === true ? granted : { ...granted, upstreamToken: proof };
  }

  #isSigned(bound: Buffer, mac: Buffer): true | undefined {
    return (mac.length === MAC && timingSafeEqual(mac, this.#mac(bound))) || undefined;
  }

  #open(bound: Buffer, rest: Buffer): string | undefined {
    if (rest.length > NONCE + LONGEST_SEALED + TAG) return undefined;
    const options = { authTagLength: TAG };
    const decipher = createDecipheriv('aes-256-gcm', this.#sealing, rest.subarray(0, NONCE), options);
    decipher.setAAD(bound).setAuthTag(rest.subarray(rest.length - TAG));
    const content = decipher.update(rest.subarray(NONCE, rest.length - TAG));
    try {
      return Buffer.concat([content, decipher.final()]).toString('latin1');
    } catch {
      return undefined;
    }
  }

  #prefix(kind: number, user: string): Buffer {
    const name = Buffer.from(user);
    if (name.length > 255) throw new RangeError('a user has a name of more than 255 bytes');
    const prefix = Buffer.alloc(PREFIX + name.length);
    prefix[0] = kind;
    prefix.writeUIntBE(this.#now() + this.#options.lifetime, 1, 6);
    prefix[PREFIX - 1] = name.length;
    name.copy(prefix, PREFIX);
    return prefix;
  }

  #stored(user: string): string {
    return this.#options.find(user)?.text ?? '';
  }

  #mac(bound: Buffer): Buffer {
    return createHmac('sha256', this.#signing).update(bound).digest();
  }
}

/** All that a token is bound to. The parts that do not say their own length end in a byte that none of them can hold. */
function bind(prefix: Buffer, stored: string, repository: string, access: string): Buffer {
  return Buffer.concat([prefix, Buffer.from(`\0${repository}\0${access}\0${stored}`)]);
}

function derive(secret: Uint8Array, purpose: string): Buffer {
  return createHmac('sha256', secret).update(purpose).digest();
}
