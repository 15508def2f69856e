import type { Cost, HtpasswdProblem, SchemeName } from '../htpasswd/index.js';

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
  const rows = [
    ['NAME', 'SCHEME', 'COST', 'LINE'],
    ...users.map(({ name, scheme, cost, line }) => [name, scheme, String(cost), String(line)]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
