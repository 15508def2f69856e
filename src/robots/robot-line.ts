import { isUtf8 } from 'node:buffer';
import type { Action } from '../exchange/action.js';
import { nameFault } from '../htpasswd/index.js';
import { ACTIONS, needsRepositories, type PreviousSecret, type Robot } from './robot.js';
import { RobotLimits } from './robot-limits.js';
import { isRobotId } from './secret.js';

/** A line that is no robot; the message is the rest of a sentence and repeats nothing that could be secret. */
export class BadLine extends Error {}

/** Bytes of a line. */
const LONGEST_LINE = 65_536;
/** Patterns of one robot: each is tried at each request. */
const MOST_PATTERNS = 100;
const DIGEST = /^[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;

/** The members of an object that a line holds. @throws {BadLine} when it holds none */
export function membersOf(content: Buffer): Record<string, unknown> {
  if (content.length > LONGEST_LINE) throw new BadLine(`this line is longer than ${LONGEST_LINE} bytes`);
  if (!isUtf8(content)) throw new BadLine('this line is not valid UTF-8');
  let value: unknown;
  try {
    value = JSON.parse(content.toString());
  } catch (cause) {
    throw new BadLine('this line is not valid JSON', { cause });
  }
  if (!isObject(value)) throw new BadLine('this line is not a JSON object');
  return value;
}

/**
 * Reads one line of a file of robots.
 *
 * @param line counted from 1
 * @throws {BadLine} when it cannot be used
 */
export function readRobot(content: Buffer, line: number): { robot: Robot; limits: RobotLimits } {
  const members = membersOf(content);
  const { id, name, created, previous } = members;
  if (typeof id !== 'string' || !isRobotId(id)) throw new BadLine('"id" must be 16 hexadecimal digits');
  if (typeof name !== 'string') throw new BadLine('"name" must be a text');
  const fault = nameFault(name);
  if (fault !== undefined) throw new BadLine(`the name ${fault}`);
  const actions = readActions(members['actions']);
  const repositories = readPatterns(members['repositories'], actions);
  const robot: Robot = {
    id,
    name,
    sha256: readDigest(members['sha256'], 'sha256'),
    previous: readPrevious(previous),
    repositories,
    actions,
    created: readTime(created, 'created'),
    expires: isAbsent(members['expires']) ? undefined : readTime(members['expires'], 'expires'),
    line,
  };
  try {
    return { robot, limits: new RobotLimits(robot) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BadLine(error.message, { cause: error });
  }
}

function readActions(value: unknown): readonly Action[] {
  if (!Array.isArray(value) || value.length === 0) throw new BadLine('"actions" must be a list of actions');
  return [...new Set(value)].map((action) => {
    const known = ACTIONS.find((candidate) => candidate === action);
    if (known === undefined) throw new BadLine(`"actions" may hold ${ACTIONS.join(', ')}`);
    return known;
  });
}

function readPatterns(value: unknown, actions: readonly Action[]): readonly string[] {
  const patterns = isAbsent(value) ? [] : value;
  if (!Array.isArray(patterns) || !patterns.every((text) => typeof text === 'string')) {
    throw new BadLine('"repositories" must be a list of patterns');
  }
  if (patterns.length > MOST_PATTERNS) throw new BadLine(`"repositories" may hold ${MOST_PATTERNS} patterns`);
  if (patterns.length === 0 && needsRepositories(actions)) throw new BadLine('"repositories" is missing');
  return patterns;
}

/** A text that cannot be read would otherwise mean a token that never ends. */
function readTime(value: unknown, name: string): number {
  const time = typeof value === 'string' && TIME.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw new BadLine(`"${name}" must be a time such as 2030-01-31T12:00:00Z`);
  return time;
}

function readDigest(value: unknown, name: string): string {
  if (typeof value === 'string' && DIGEST.test(value)) return value;
  throw new BadLine(`"${name}" must be 64 hexadecimal digits`);
}

function readPrevious(value: unknown): PreviousSecret | undefined {
  if (isAbsent(value)) return undefined;
  if (!isObject(value)) throw new BadLine('"previous" must be an object');
  return {
    sha256: readDigest(value['sha256'], 'previous.sha256'),
    until: readTime(value['until'], 'previous.until'),
  };
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
