import type { Cost, HtpasswdProblem, SchemeName } from '../htpasswd/index.js';
import { formatColumns } from './columns.js';

/** What `dockgate user list` shows; `--json` prints it as it stands. */
export interface UserList {
  readonly file: string;
  readonly users: readonly ListedUser[];
  readonly problems: readonly HtpasswdProblem[];
}

interface ListedUser {
  readonly name: string;
  readonly scheme: SchemeName;
  readonly cost: Cost;
  /** Counted from 1. */
  readonly line: number;
}

/** A table, one user a line. */
export function formatUsers({ file, users }: UserList): string {
  if (users.length === 0) return `no users in ${file}`;
  return formatColumns([
    ['NAME', 'SCHEME', 'COST', 'LINE'],
    ...users.map(({ name, scheme, cost, line }) => [name, scheme, String(cost), String(line)]),
  ]);
}
