import { setImmediate as breath } from 'node:timers/promises';
import { isRemark, lines } from '../htpasswd/index.js';
import type { RobotProblem } from './problem.js';
import type { Robot } from './robot.js';
import type { RobotLimits } from './robot-limits.js';
import { BadLine, readRobot } from './robot-line.js';

/** A robot, and what its token opens. */
export interface ListedRobot {
  readonly robot: Robot;
  readonly limits: RobotLimits;
}

/** What a file of robots says. */
export interface RobotList {
  /** By name, in the file's order. */
  readonly byName: ReadonlyMap<string, ListedRobot>;
  readonly byId: ReadonlyMap<string, ListedRobot>;
  /** The lines that are refused. */
  readonly problems: readonly RobotProblem[];
}

export const NO_ROBOTS: RobotList = { byName: new Map(), byId: new Map(), problems: [] };

/** Lines read without letting anything else run: a few milliseconds. */
const STRIDE = 500;
const MOST_PROBLEMS = 100;

/**
 * Reads a file of robots. A line that cannot be used refuses its robot alone; of two with the same name or identifier
 * the second is refused.
 *
 * @param file to name in problems
 */
export async function readRobots(bytes: Buffer, file: string): Promise<RobotList> {
  const byName = new Map<string, ListedRobot>();
  const byId = new Map<string, ListedRobot>();
  const problems: RobotProblem[] = [];
  for (const { number, content } of lines(bytes)) {
    if (number % STRIDE === 0) await breath();
    if (isRemark(content)) continue;
    try {
      const listed = readRobot(content, number);
      const { name, id } = listed.robot;
      const twin = byName.get(name) ?? byId.get(id);
      if (twin !== undefined)
        throw new BadLine(`line ${twin.robot.line} has this name or identifier already`);
      byName.set(name, listed);
      byId.set(id, listed);
    } catch (error) {
      if (!(error instanceof BadLine)) throw error;
      // More than anybody reads need not be kept.
      if (problems.length < MOST_PROBLEMS) problems.push({ file, line: number, message: error.message });
    }
  }
  return { byName, byId, problems };
}
