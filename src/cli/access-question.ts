import { isIP } from 'node:net';
import { isRepositoryName } from '../access/repository-name.js';
import { nearest } from '../configuration/nearest.js';
import type { Action, RepositoryAction } from '../exchange/action.js';
import { nameFault } from '../htpasswd/index.js';
import { CommandFailure } from './command-failure.js';

/** What `dockgate access explain` is asked. */
export interface AccessQuestion {
  /** Undefined: a stranger. */
  readonly user: string | undefined;
  /** The user's name is a robot's. */
  readonly robot: string | undefined;
  readonly action: Action;
  /** Undefined for actions on the registry as a whole. */
  readonly repository: string | undefined;
  readonly address: string;
}

const OF_REPOSITORY: readonly RepositoryAction[] = ['pull', 'push', 'delete'];
const ACTIONS: readonly Action[] = [...OF_REPOSITORY, 'catalog', 'search', 'admin'];
const ROBOT = 'robot:';
const USER = 'user:';

/** @throws {CommandFailure} code 2, with a sentence */
export function readQuestion(
  who: string,
  what: string,
  repository: string | undefined,
  address: string,
): AccessQuestion {
  const action = ACTIONS.find((known) => known === what);
  if (action === undefined) {
    const guess = nearest(what, ACTIONS);
    const hint = guess === undefined ? '' : ` Did you mean ${guess}?`;
    throw new CommandFailure(`${JSON.stringify(what)} is no action: ${ACTIONS.join(', ')}.${hint}`, 2);
  }
  const isLimited = OF_REPOSITORY.some((known) => known === action);
  if (isLimited && repository === undefined) {
    throw new CommandFailure(
      `${action} needs a repository: dockgate access explain USER ${action} REPOSITORY`,
      2,
    );
  }
  if (!isLimited && repository !== undefined) {
    throw new CommandFailure(`${action} concerns the registry as a whole; leave the repository out.`, 2);
  }
  if (repository !== undefined && !isRepositoryName(repository)) {
    throw new CommandFailure(
      `${JSON.stringify(repository)} cannot be the name of a repository, so nobody may do anything there.`,
      2,
    );
  }
  if (isIP(address) === 0) throw new CommandFailure(`${JSON.stringify(address)} is no IP address.`, 2);
  return { ...readAsker(who), action, repository, address };
}

/** `anonymous` and `-` are a stranger, `robot:NAME` a robot, `user:NAME` a user whatever the name. */
function readAsker(who: string): Pick<AccessQuestion, 'user' | 'robot'> {
  if (who === 'anonymous' || who === '-') return { user: undefined, robot: undefined };
  if (who.startsWith(ROBOT)) return { user: who, robot: who.slice(ROBOT.length) };
  const user = who.startsWith(USER) ? who.slice(USER.length) : who;
  const fault = nameFault(user);
  if (fault !== undefined)
    throw new CommandFailure(`No user has the name ${JSON.stringify(user)}: it ${fault}.`, 2);
  return { user, robot: undefined };
}
