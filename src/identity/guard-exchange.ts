import type { GuessGuard, GuessNotice } from './guess-guard.js';

/** How a process talks to its siblings, through the one that looks after all of them: `process` in a worker. */
export interface SiblingChannel {
  readonly connected: boolean;
  send?(message: unknown, sent: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
}

/** Says of a message that it is one of these; the channel has others. */
const TYPE = 'dockgate: guesses';
/** Notices in one message. */
const MOST = 256;
/** Notices that wait to be sent. What comes on top is not told: the siblings are a little kinder then. */
const MOST_WAITING = 4_096;
/** Messages that the channel has taken and not yet handed on. */
const MOST_ON_THE_WAY = 16;
const KINDS = ['tried', 'right', 'cancelled'] as const;
/** As the guard spells whom a notice concerns. */
const NAME = /^[A-Za-z0-9+/]{24}$/;

/**
 * Lets the processes of one machine count together: what one guard counts is sent to the guards of its siblings, so that
 * who guesses at all of them has the tries of one. Notices of the same turn of the event loop go in one message.
 */
export class GuardExchange {
  readonly #channel: SiblingChannel;
  readonly #waiting: GuessNotice[] = [];
  #onTheWay = 0;
  #isPlanned = false;
  #listener: ((message: unknown) => void) | undefined;

  constructor(channel: SiblingChannel) {
    this.#channel = channel;
  }

  /** Tells the siblings, soon. Given to the guard when it is made. */
  readonly announce = (notice: GuessNotice): void => {
    if (this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(notice);
    this.#plan();
  };

  /** From now on the guard hears what the siblings announce. */
  open(guard: Pick<GuessGuard, 'hear'>): void {
    this.close();
    this.#listener = (message) => {
      for (const notice of readNotices(message) ?? []) guard.hear(notice);
    };
    this.#channel.on('message', this.#listener);
  }

  close(): void {
    if (this.#listener !== undefined) this.#channel.off('message', this.#listener);
    this.#listener = undefined;
    this.#waiting.length = 0;
  }

  #plan(): void {
    if (this.#isPlanned || this.#waiting.length === 0 || this.#onTheWay >= MOST_ON_THE_WAY) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.#send();
    });
  }

  #send(): void {
    const notices = this.#waiting.splice(0, MOST);
    // A process without siblings, or one whose parent has gone, counts alone.
    if (notices.length === 0 || !this.#channel.connected) return;
    this.#onTheWay += 1;
    this.#channel.send?.(writeNotices(notices), () => {
      this.#onTheWay -= 1;
      this.#plan();
    });
    this.#plan();
  }
}

/** A message for {@link readNotices}. */
export function writeNotices(notices: readonly GuessNotice[]): unknown {
  return {
    type: TYPE,
    notices: notices.flatMap(({ kind, address, user }) => [KINDS.indexOf(kind), address, user]),
  };
}

/** @returns undefined for every message that {@link writeNotices} has not made. */
export function readNotices(message: unknown): readonly GuessNotice[] | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  if (!('type' in message) || message.type !== TYPE || !('notices' in message)) return undefined;
  const flat: unknown = message.notices;
  if (!Array.isArray(flat) || flat.length > 3 * MOST || flat.length % 3 !== 0) return undefined;
  const notices: GuessNotice[] = [];
  for (let index = 0; index < flat.length; index += 3) {
    const [code, address, user] = flat.slice(index, index + 3) as unknown[];
    const kind = typeof code === 'number' ? KINDS[code] : undefined;
    if (kind === undefined || !isName(address) || !isName(user)) return undefined;
    notices.push({ kind, address, user });
  }
  return notices;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && NAME.test(value);
}
