import type { Logger } from 'pino';
import type { Closer } from '../backend.js';
import { ConfigurationError, formatProblem } from '../configuration/problem.js';
import { LastUses, RobotDirectory, RobotError, RobotFile, type RobotProblem } from '../robots/index.js';

/** The robots, as the gateway uses them. */
export interface OpenRobots {
  readonly directory: RobotDirectory;
  /** Takes the file as it is now. @throws {ConfigurationError} when it cannot be used; the robots of before stay then */
  refresh(): Promise<void>;
}

/**
 * Opens the robots' tokens. Where there is no file there are none.
 *
 * @param onChange called after other robots hold.
 * @param closers gets what is to be closed.
 * @throws {ConfigurationError} when the file is there and cannot be used
 */
export async function openRobots(
  path: string,
  logger: Logger,
  onChange: () => void,
  closers: Closer[],
): Promise<OpenRobots> {
  const warn = ({ file, line, message }: RobotProblem): void =>
    logger.warn({ problem: formatProblem({ place: { file, line }, message }) }, 'a robot cannot log in');
  const file = await openFile(path, warn, () => {
    logger.info({ file: path }, 'the robots have changed');
    onChange();
  });
  closers.push(() => file.close());
  const uses = new LastUses(path, {
    isKnown: (id) => file.list.byId.has(id),
    onProblem: ({ message }) => logger.warn({ problem: message }, 'the last uses of robots'),
  });
  closers.push(() => uses.close());
  return {
    directory: new RobotDirectory(file, uses),
    refresh: () => file.refresh().catch(refuse),
  };
}

function refuse(error: unknown): never {
  if (!(error instanceof RobotError)) throw error;
  const message = `auth.robots: ${error.message}`;
  throw new ConfigurationError([{ place: undefined, message }], { cause: error });
}

async function openFile(
  path: string,
  onProblem: (problem: RobotProblem) => void,
  onChange: () => void,
): Promise<RobotFile> {
  return await RobotFile.open(path, { onChange, onProblem }).catch(refuse);
}
