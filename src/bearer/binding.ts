import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Way } from '../identity/authenticator.js';

/** Ways that a token can stand for: they show who somebody is, and are not tokens themselves. */
export type BoundWay = Extract<Way, 'password' | 'robot' | 'certificate'>;

/** What a token of somebody hangs on. */
export interface Binding {
  /** Changes whenever the tokens of before are to end: the stored hash of a user, for example. */
  readonly text: string;
  /** Milliseconds since 1970 when it ends by itself. */
  readonly until?: number | undefined;
}

/** Knows what tokens hang on. It is asked at every request with a token. */
export interface Bindings {
  /** @returns undefined when there is no such user or robot, any more. */
  find(way: BoundWay, user: string): Binding | undefined;
}

export function isBoundWay(way: unknown): way is BoundWay {
  return way === 'password' || way === 'robot' || way === 'certificate';
}

const BYTES = 16;

/** The mark in a token that binds it: it says nothing about the stored text to whoever lacks the secret. */
export function markOf(secret: Uint8Array, way: BoundWay, user: string, { text }: Binding): string {
  const mac = createHmac('sha256', secret).update(`${way}\0${user.length}\0${user}\0${text}`).digest();
  return mac.subarray(0, BYTES).toString('base64url');
}

/** Whether a mark is the one that is expected, in a time that says nothing about it. */
export function isMark(mark: string, expected: string): boolean {
  return mark.length === expected.length && timingSafeEqual(Buffer.from(mark), Buffer.from(expected));
}
