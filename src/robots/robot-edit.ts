import {
  HtpasswdFileError,
  isRemark,
  type Line,
  lines,
  readContent,
  replaceFile,
  withLock,
  writeTarget,
} from '../htpasswd/index.js';
import { RobotError, withFile } from './problem.js';
import { hasExpired, type Robot } from './robot.js';
import { BadLine, membersOf, readRobot } from './robot-line.js';
import { digestOfSecret, newRobotId, newSecret } from './secret.js';

/** A robot just made, or with a new secret. The secret is nowhere else. */
export interface FreshRobot {
  readonly robot: Robot;
  readonly secret: string;
}

/** What a new robot is to be. */
export type RobotDraft = Pick<Robot, 'name' | 'repositories' | 'actions' | 'expires'>;

/** Keeps the file from being empty, which could as well be the beginning of a write. */
const HEADING = Buffer.from('# Robots of dockgate, one a line. Change it with: dockgate token\n');

/**
 * Makes a robot, at the end of the file. Everything else in the file stays byte for byte. A missing file is made, for
 * its owner alone.
 *
 * @throws {RobotError} `ROBOT_EXISTS`, `ROBOT_INVALID`, or `ROBOTS_FILE` when the file cannot be changed; nothing has changed then.
 */
export async function createRobot(path: string, draft: RobotDraft): Promise<FreshRobot> {
  const id = newRobotId();
  const secret = newSecret(id);
  const { name, repositories, actions, expires } = draft;
  const members = {
    id,
    name,
    sha256: digestOfSecret(secret),
    repositories,
    actions,
    created: written(Date.now()),
    ...(expires === undefined ? {} : { expires: written(expires) }),
  };
  const line = toLine(members);
  const { robot } = read(line.content, 1);
  await edit(path, (all) => {
    if (all.some((other) => nameOf(other) === name)) {
      const hint = 'dockgate token rotate gives it a new secret, dockgate token revoke ends it';
      throw new RobotError(
        'ROBOT_EXISTS',
        `${path}: there is a robot ${JSON.stringify(name)} already; ${hint}`,
      );
    }
    return [...all, line];
  });
  return { robot, secret };
}

/**
 * Removes a robot with every line of its name, also those that are refused.
 *
 * @param which its name or, where no robot has such a name, its identifier
 * @returns the name, or the identifier where a broken line has no name
 * @throws {RobotError} `ROBOT_UNKNOWN`, or `ROBOTS_FILE` when the file cannot be changed
 */
export async function revokeRobot(path: string, which: string): Promise<string> {
  let name = which;
  await edit(path, (all) => {
    const isNamed = all.some((line) => nameOf(line) === which);
    const gone = all.filter((line) => (isNamed ? nameOf(line) : idOf(line)) === which);
    const first = gone[0];
    if (first === undefined) throw unknown(path, which);
    name = nameOf(first) ?? which;
    return all.filter((line) => !gone.includes(line));
  });
  return name;
}

export interface Rotation {
  /** Milliseconds for which the old secret still holds. */
  readonly overlap: number;
  /** A new end: milliseconds since 1970, or `never`. Undefined: the old one stays. */
  readonly expires: number | 'never' | undefined;
}

/**
 * Gives a robot a new secret. Its identifier, and what this version does not know of its line, stay.
 *
 * @throws {RobotError} `ROBOT_UNKNOWN`, `ROBOT_INVALID` when its line is refused or its time is up, or `ROBOTS_FILE`
 */
export async function rotateRobot(path: string, name: string, rotation: Rotation): Promise<FreshRobot> {
  let fresh: FreshRobot | undefined;
  await edit(path, (all) => {
    const old = all.find((line) => nameOf(line) === name);
    if (old === undefined) throw unknown(path, name);
    const now = Date.now();
    const { robot } = read(old.content, old.number);
    if (rotation.expires === undefined && hasExpired(robot, now)) {
      const hint = 'give it a new end with --expires';
      throw new RobotError(
        'ROBOT_INVALID',
        `the token of robot ${JSON.stringify(name)} has expired; ${hint}`,
      );
    }
    const secret = newSecret(robot.id);
    const { previous: _, expires, ...rest } = membersOf(old.content);
    const { overlap } = rotation;
    const end = rotation.expires === undefined ? expires : rotation.expires;
    const line = toLine({
      ...rest,
      sha256: digestOfSecret(secret),
      ...(end === undefined || end === 'never'
        ? {}
        : { expires: typeof end === 'number' ? written(end) : end }),
      ...(overlap > 0 ? { previous: { sha256: robot.sha256, until: written(now + overlap) } } : {}),
    });
    fresh = { robot: read(line.content, old.number).robot, secret };
    return all.map((other) => (other === old ? { ...line, lead: old.lead } : other));
  });
  if (fresh === undefined) throw unknown(path, name);
  return fresh;
}

function edit(path: string, change: (all: readonly Line[]) => readonly Line[]): Promise<void> {
  return withFile(path, async () => {
    const target = await writeTarget(path);
    await withLock(target, async (confirm) => {
      const before = await currentBytes(target);
      const isEnded = before.length === 0 || before.at(-1) === 0x0a;
      const whole = isEnded ? before : Buffer.concat([before, Buffer.from('\n')]);
      const after = change([...lines(whole)]).flatMap(({ lead, content, ending }) => [lead, content, ending]);
      const bytes = Buffer.concat(after);
      const isBare = before.length === 0 || !bytes.some((byte) => byte > 0x20);
      await confirm();
      await replaceFile(target, isBare ? Buffer.concat([HEADING, bytes]) : bytes).catch((cause: unknown) => {
        const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
        throw new RobotError('ROBOTS_FILE', `${path}: the file of robots cannot be changed: ${code}`, {
          cause,
        });
      });
    });
  });
}

async function currentBytes(target: string): Promise<Buffer> {
  try {
    return (await readContent(target)).bytes;
  } catch (error) {
    if (error instanceof HtpasswdFileError && error.code === 'HTPASSWD_MISSING') return Buffer.alloc(0);
    throw error;
  }
}

function toLine(members: Readonly<Record<string, unknown>>): Line {
  const content = Buffer.from(JSON.stringify(members));
  return { number: 1, lead: Buffer.alloc(0), content, ending: Buffer.from('\n') };
}

function read(content: Buffer, line: number): { robot: Robot } {
  try {
    return readRobot(content, line);
  } catch (error) {
    if (!(error instanceof BadLine)) throw error;
    throw new RobotError('ROBOT_INVALID', `the robot cannot be: ${error.message}`, { cause: error });
  }
}

function nameOf(line: Line): string | undefined {
  return memberOf(line, 'name');
}

function idOf(line: Line): string | undefined {
  return memberOf(line, 'id');
}

/** Also of a line that is refused, so that it is not in the way for ever. */
function memberOf({ content }: Line, member: string): string | undefined {
  if (isRemark(content)) return undefined;
  try {
    const value = membersOf(content)[member];
    return typeof value === 'string' ? value : undefined;
  } catch (error) {
    if (error instanceof BadLine) return undefined;
    throw error;
  }
}

function written(time: number): string {
  return new Date(time).toISOString();
}

function unknown(path: string, which: string): RobotError {
  const message = `${path}: there is no robot ${JSON.stringify(which)}; dockgate token list shows them`;
  return new RobotError('ROBOT_UNKNOWN', message);
}
