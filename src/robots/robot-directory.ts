import { timingSafeEqual } from 'node:crypto';
import type { Granted, RobotCheck } from '../identity/authenticator.js';
import type { LastUses } from './last-uses.js';
import { hasExpired } from './robot.js';
import type { ListedRobot, RobotList } from './robot-list.js';
import { digestOfSecret, idInSecret } from './secret.js';

/** Begins the names of robots in rules and logs; no user's name can hold the colon. */
const PREFIX = 'robot:';
/** Of no secret: in its place where there is nothing to compare with. */
const NO_DIGEST = '-'.repeat(64);

/** Where the robots stand. */
export interface RobotSource {
  readonly list: RobotList;
  /** Looks for changes at once. */
  refresh?(): Promise<void>;
}

/** What a bearer token of a robot hangs on. */
export interface RobotBinding {
  /** Changes when the token is replaced or opens something else, and when an overlap of two secrets is over. */
  readonly text: string;
  /** Milliseconds since 1970 when it ends by itself; undefined: never. */
  readonly until: number | undefined;
}

/** Knows the robots that hold now, by their secrets. Synchronous: it stands in front of every request of a robot. */
export class RobotDirectory implements RobotCheck {
  readonly #source: RobotSource;
  readonly #uses: LastUses | undefined;
  readonly #now: () => number;

  /**
   * @param source that is asked anew each time, so that a revocation holds at once
   * @param uses where each use is noted
   */
  constructor(source: RobotSource, uses?: LastUses, now: () => number = Date.now) {
    this.#source = source;
    this.#uses = uses;
    this.#now = now;
  }

  /**
   * A robot that is not there, another secret, one whose time is up and somebody else's name cost the same and look the same.
   *
   * @param address of the client, for the note of the last use
   */
  check(user: string, password: string, address?: string): Granted | undefined {
    const id = idInSecret(password);
    if (id === undefined) return undefined;
    const listed = this.#source.list.byId.get(id);
    const robot = listed?.robot;
    const now = this.#now();
    const digest = digestOfSecret(password);
    const isCurrent = equals(digest, robot?.sha256 ?? NO_DIGEST);
    const isPrevious = equals(digest, robot?.previous?.sha256 ?? NO_DIGEST);
    const isInTime = robot !== undefined && !hasExpired(robot, now);
    const matches = isCurrent || (isPrevious && now < (robot?.previous?.until ?? 0));
    if (listed === undefined || !isInTime || !matches || listed.robot.name !== user) return undefined;
    this.#uses?.note(id, now, address);
    return { kind: 'granted', way: 'robot', user: `${PREFIX}${user}`, limits: listed.limits };
  }

  /** A robot as it stands now, for whoever has its refresh token. @param user `robot:NAME`. @returns undefined as {@link binding} */
  recall(user: string): Granted | undefined {
    const listed = this.#listed(user);
    if (listed === undefined || hasExpired(listed.robot, this.#now())) return undefined;
    return { kind: 'granted', way: 'robot', user, limits: listed.limits };
  }

  /**
   * Looks whether a robot has been made, or got another secret, just now.
   *
   * @returns undefined when nothing speaks for it: the password is none of a robot's
   */
  refresh(password: string): Promise<void> | undefined {
    return idInSecret(password) === undefined ? undefined : this.#source.refresh?.();
  }

  /** Notes a use that came by other means than the secret, such as a bearer token. @param user `robot:NAME` */
  used(user: string, address: string): void {
    const robot = this.#listed(user)?.robot;
    if (robot !== undefined) this.#uses?.note(robot.id, this.#now(), address);
  }

  /** What bearer tokens of a robot hang on. @param user `robot:NAME`. @returns undefined when it is not there, or its time is up */
  binding(user: string): RobotBinding | undefined {
    const robot = this.#listed(user)?.robot;
    const text = robot && this.robotKey(robot.name);
    return text === undefined ? undefined : { text, until: robot?.expires };
  }

  /** A text that changes when the robot is replaced, or let do something else; undefined when it is revoked or expired. */
  robotKey(name: string): string | undefined {
    const robot = this.#source.list.byName.get(name)?.robot;
    const now = this.#now();
    if (robot === undefined || hasExpired(robot, now)) return undefined;
    const { id, sha256, previous, repositories, actions } = robot;
    // A token given for the old secret must not outlive it.
    const overlap = previous !== undefined && now < previous.until ? previous.sha256 : '';
    return JSON.stringify([id, sha256, overlap, repositories, actions]);
  }

  #listed(user: string): ListedRobot | undefined {
    if (!user.startsWith(PREFIX)) return undefined;
    return this.#source.list.byName.get(user.slice(PREFIX.length));
  }
}

/** In a time that says nothing about the texts, which are of one length. */
function equals(digest: string, stored: string): boolean {
  return timingSafeEqual(Buffer.from(digest, 'latin1'), Buffer.from(stored, 'latin1'));
}
