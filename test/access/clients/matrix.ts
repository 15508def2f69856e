import type { AuthMode } from '../../../src/configuration/access.js';

/** How it goes: `-` where the program has no such command. */
export type Outcome = 'works' | 'refused' | '-';

/** What a client can do in a mode, with the rules of the test. */
export interface Row {
  readonly client: string;
  readonly mode: AuthMode;
  readonly anonymousPull: Outcome;
  readonly login: Outcome;
  readonly push: Outcome;
  /** To a repository that the user has no right to. */
  readonly deniedPush: Outcome;
  readonly remove: Outcome;
}

function row(client: string, mode: AuthMode, anonymousPull: Outcome, more: Partial<Row> = {}): Row {
  return {
    client,
    mode,
    anonymousPull,
    login: 'works',
    push: 'works',
    deniedPush: 'refused',
    remove: '-',
    ...more,
  };
}

/** Every client in every mode; the documentation shows the same. */
export const matrix: readonly Row[] = [
  row('skopeo', 'basic', 'works', { remove: 'works' }),
  row('skopeo', 'bearer', 'works', { remove: 'works' }),
  row('skopeo', 'auto', 'works', { remove: 'works' }),
  row('podman', 'basic', 'works'),
  row('podman', 'bearer', 'works'),
  row('podman', 'auto', 'works'),
  // Without a password docker gives up where one is asked for.
  row('docker', 'basic', 'refused'),
  row('docker', 'bearer', 'works'),
  row('docker', 'auto', 'works'),
  row('containerd', 'basic', 'works', { login: '-' }),
  row('containerd', 'bearer', 'works', { login: '-' }),
  row('containerd', 'auto', 'works', { login: '-' }),
];

/** A row as the documentation has it. */
export function documented({ client, mode, anonymousPull, login, push, deniedPush, remove }: Row): string {
  return `| ${client} | ${mode} | ${anonymousPull} | ${login} | ${push} | ${deniedPush} | ${remove} |`;
}
