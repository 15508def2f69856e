import { realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** The machine, or a tree of files that becomes one, whose clients are to trust an authority. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  /** Where its files begin. */
  readonly root: string;
  /** The files are those of another system than the one that runs: none of its programs is run. */
  readonly isImage: boolean;
  /** Numeric user; 0 may write everywhere. */
  readonly user: number;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const USUAL = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Where a path of the machine is for this process. */
export function onDisk({ root }: Machine, path: string): string {
  return join(root, path);
}

/** Whether there is something at a path of the machine. */
export function has(machine: Machine, path: string): boolean {
  return statSync(onDisk(machine, path), { throwIfNoEntry: false }) !== undefined;
}

/** Where a program of the machine is, as a path of the machine; undefined: it is not there. */
export function findProgram(machine: Machine, name: string): string | undefined {
  const path = machine.isImage ? [] : (machine.environment['PATH'] ?? '').split(':');
  const directories = [...path.filter((each) => each.startsWith('/')), ...USUAL];
  return directories.map((directory) => join(directory, name)).find((file) => has(machine, file));
}

/** Whether a path lies in the tree when links are followed: those of an image may lead out of it, into the running system. */
export function isInside(machine: Machine, path: string): boolean {
  if (!machine.isImage) return true;
  const root = realpathSync(machine.root);
  for (let at = onDisk(machine, path); ; at = dirname(at)) {
    try {
      const real = realpathSync(at);
      return real === root || real.startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
    } catch (error) {
      // What is not there yet is made below what is.
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) return false;
      if (at === dirname(at)) return false;
    }
  }
}
