import { hasExpired, inWords, type LastUse, type Robot, type RobotProblem } from '../robots/index.js';
import { formatColumns } from './columns.js';

/** What `dockgate token list` shows; `--json` prints it as it stands. No secret and no hash is in it. */
export interface TokenList {
  readonly file: string;
  readonly robots: readonly ListedToken[];
  readonly problems: readonly RobotProblem[];
}

interface ListedToken {
  readonly name: string;
  readonly id: string;
  readonly repositories: readonly string[];
  readonly actions: readonly string[];
  /** Times are as in ISO 8601; null: never, or not known. */
  readonly created: string;
  readonly expires: string | null;
  readonly lastUsed: string | null;
  readonly lastAddress: string | null;
  /** `rotating`: the secret of before holds too, for a while. */
  readonly state: 'active' | 'rotating' | 'expired';
  /** Counted from 1. */
  readonly line: number;
}

/** A robot as lists show it. @param now milliseconds since 1970 */
export function listed(robot: Robot, use: LastUse | undefined, now: number): ListedToken {
  const { name, id, repositories, actions, created, expires, previous, line } = robot;
  const isRotating = previous !== undefined && now < previous.until;
  return {
    name,
    id,
    repositories,
    actions,
    created: new Date(created).toISOString(),
    expires: expires === undefined ? null : new Date(expires).toISOString(),
    lastUsed: use === undefined ? null : new Date(use.at).toISOString(),
    lastAddress: use?.from ?? null,
    state: hasExpired(robot, now) ? 'expired' : isRotating ? 'rotating' : 'active',
    line,
  };
}

const HEAD = ['NAME', 'ID', 'REPOSITORIES', 'ACTIONS', 'CREATED', 'EXPIRES', 'LAST USED', 'STATE'];

/** A table, one robot a line. */
export function formatTokens({ file, robots }: TokenList, now: number): string {
  if (robots.length === 0) return `no robots in ${file}`;
  const rows = [
    HEAD,
    ...robots.map(({ name, id, repositories, actions, created, expires, lastUsed, lastAddress, state }) => [
      name,
      id,
      repositories.join(' ') || '-',
      actions.join(','),
      created.slice(0, 10),
      expires === null ? 'never' : when(expires, now),
      lastUsed === null
        ? 'never'
        : `${when(lastUsed, now)}${lastAddress === null ? '' : ` from ${lastAddress}`}`,
      state,
    ]),
  ];
  return formatColumns(rows);
}

/** A time in words. */
export function when(time: string, now: number): string {
  const ahead = Date.parse(time) - now;
  return ahead > 0 ? `in ${inWords(ahead)}` : `${inWords(-ahead)} ago`;
}
